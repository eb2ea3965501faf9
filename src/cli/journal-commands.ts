import type { Command } from 'commander';
import { addMoveCommand } from './move-command.js';
import type { CommandLine, CommandPorts, Flags } from './ports.js';

/** `journal`: works on the journal itself, without the running program. */
export function addJournalCommands({ program, ports, flags }: CommandLine): void {
  const journal = program.command('journal').description('migrate, back up, restore and move the journal');
  addMigrate(journal, ports, flags);
  addCopies(journal, ports, flags);
  addMoveCommand(journal, ports, flags);
}

function addMigrate(journal: Command, { terminal, ...ports }: CommandPorts, flags: () => Flags): void {
  journal
    .command('migrate')
    .description(
      'bring the schema of a journal in PostgreSQL up to date, with the role of JOURNAL_URL; a second run changes nothing',
    )
    .action(async () => {
      const { place, migrated } = await ports.journal.migrate(flags());
      if (migrated === undefined) {
        terminal.out(
          `The journal ${place} is a file, and each start of the program brings it up to date: there is nothing to do.`,
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

function addCopies(journal: Command, { terminal, ...ports }: CommandPorts, flags: () => Flags): void {
  journal
    .command('backup')
    .argument('<file>', 'the file to write, which must not exist')
    .description(
      'copy the journal of JOURNAL_URL, a SQLite file, to another file, also while the program runs',
    )
    .action(async (file: string) => {
      const { path, bytes, schema } = await ports.journal.backUp(flags(), file);
      terminal.out(`Wrote the journal to ${path}: ${bytes} bytes, schema ${schema}.`);
    });
  journal
    .command('restore')
    .argument('<file>', 'a file that `ak-slack journal backup` wrote')
    .description(
      'replace the journal of JOURNAL_URL by a backup, while the program is stopped; the present journal is kept under another name',
    )
    .action(async (file: string) => {
      const { path, schema, waiting, replaced } = await ports.journal.restore(flags(), file);
      terminal.out(
        `Restored the journal ${path} from ${file}: schema ${schema}, ${waiting} events wait in it.`,
      );
      if (waiting > 0)
        terminal.out(
          'The program asks AutoKitteh for each of them before it sends it, because it may have been delivered since the backup.',
        );
      if (replaced !== undefined) terminal.out(`The previous journal is kept as ${replaced}.`);
    });
}
