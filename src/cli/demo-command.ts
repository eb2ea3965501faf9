import { InvalidArgumentError } from 'commander';
import type { DemoOptions } from '../demo/demo.js';
import type { CommandLine } from './ports.js';

/** `demo`: everything on this machine, for those who have no Slack app yet. */
export function addDemoCommand({ program, ports, exit }: CommandLine): void {
  program
    .command('demo')
    .description('play Slack and AutoKitteh on this machine, with a page to try the program on')
    .option('--tour', 'go through a burst, a crash and an outage; ends with 1 if an event was lost')
    .option(
      '--replicas <count>',
      'so many programs, 2 to 5, that share a journal in PostgreSQL, behind a load balancer; the tour kills one, stops PostgreSQL and drains another',
      countOf,
    )
    .option('--verbose', "print the program's log during the tour too")
    .action(async ({ tour = false, replicas, verbose = false }: Partial<DemoOptions>) => {
      exit(await ports.demo({ tour, replicas, verbose }));
    });
}

function countOf(word: string): number {
  if (!/^[2-5]$/.test(word)) throw new InvalidArgumentError('It is a number from 2 to 5.');
  return Number(word);
}
