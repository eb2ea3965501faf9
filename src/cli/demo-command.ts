import type { Command } from 'commander';
import type { CommandPorts } from './ports.js';

/** `demo`: everything on this machine, for those who have no Slack app yet. */
export function addDemoCommand(program: Command, ports: CommandPorts, exit: (code: number) => void): void {
  program
    .command('demo')
    .description('play Slack and AutoKitteh on this machine, with a page to try the program on')
    .option('--tour', 'go through a burst, a crash and an outage; ends with 1 if an event was lost')
    .option('--verbose', "print the program's log during the tour too")
    .action(async ({ tour = false, verbose = false }: { tour?: boolean; verbose?: boolean }) => {
      exit(await ports.demo({ tour, verbose }));
    });
}
