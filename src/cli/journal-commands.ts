import type { Command } from 'commander';
import type { CommandPorts, Flags } from './ports.js';

/** `journal`: works on the journal itself, without the running program. */
export function addJournalCommands(program: Command, ports: CommandPorts, flags: () => Flags): void {
  const { terminal } = ports;
  const journal = program.command('journal').description('prepare the journal');
  journal
    .command('migrate')
    .description(
      'bring the schema of a journal in PostgreSQL up to date, with the role of JOURNAL_URL; changes nothing when run again',
    )
    .action(async () => {
      const { place, migrated } = await ports.migrateJournal(flags());
      if (migrated === undefined) {
        terminal.out(
          `The journal ${place} is a file, which each start brings up to date: there is nothing to do.`,
        );
        return;
      }
      const { from, to, functionsAdded } = migrated;
      if (from === 0) terminal.out(`Created the journal at ${place}, with schema ${to}.`);
      else if (from < to)
        terminal.out(`Migrated the journal at ${place} from schema ${from} to schema ${to}.`);
      if (functionsAdded) terminal.out(`Added the functions of version ${ports.version}.`);
      else if (from === to) terminal.out(`The journal at ${place} is up to date, with schema ${to}.`);
    });
}
