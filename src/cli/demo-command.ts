import { InvalidArgumentError } from 'commander';
import type { DemoOptions } from '../demo/demo.js';
import type { CommandLine } from './ports.js';

/** `demo`: everything on this machine, for those who have no Slack app yet. */
export function addDemoCommand({ program, ports, exit }: CommandLine): void {
  program
    .command('demo')
    .description(
      'try the program with a scripted Slack and a stand-in for AutoKitteh, on a page of this machine',
    )
    .option(
      '--tour',
      'show a burst of events, a crash and an outage; the exit code is 1 if an event was lost',
    )
    .option(
      '--replicas <count>',
      'run this number of replicas (2 to 5) on one journal in PostgreSQL, behind a load balancer; the tour kills one, stops PostgreSQL and drains another',
      countOf,
    )
    .option('--verbose', "print the program's log during the tour too")
    .action(async ({ tour = false, replicas, verbose = false }: Partial<DemoOptions>) => {
      exit(await ports.demo({ tour, replicas, verbose }));
    });
}

function countOf(word: string): number {
  if (!/^[2-5]$/.test(word)) throw new InvalidArgumentError('It must be a number from 2 to 5.');
  return Number(word);
}
