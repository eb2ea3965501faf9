import type { Command } from 'commander';
import { NAMES, type MoveProgress } from '../storage/move/move-journal.js';
import type { AskedMove, CommandPorts, Flags } from './ports.js';

// More often a line would only scroll by.
const LINE_MS = 1000;

/** `journal move`: all that one journal holds goes to another one. */
export function addMoveCommand(
  journal: Command,
  { terminal, ...ports }: CommandPorts,
  flags: () => Flags,
): void {
  journal
    .command('move')
    .requiredOption('--from <place>', 'the journal to move, sqlite:<path> or postgres://user@host/database')
    .requiredOption('--to <place>', 'an empty journal, or one that does not exist yet')
    .option(
      '--cancel',
      'cancel a move that was interrupted: the journal of --from is used again, and the journal of --to is emptied',
    )
    .option('--delete-source', 'empty the journal of --from when everything in it has been moved')
    .description(
      'move everything in a journal to another one, while the program is stopped; if the move was interrupted, run it again with the same --from and --to',
    )
    .action(async (asked: AskedMove) => {
      const { from, to, counts, warning } = await ports.journal.move(
        flags(),
        asked,
        sayingProgress((line) => terminal.out(line)),
      );
      if (warning !== undefined) terminal.error(warning);
      if (counts === undefined) {
        terminal.out(`The move was cancelled: ${from} is the journal again, and nothing is left in ${to}.`);
        return;
      }
      const { waiting, dead, paths, keys, tokens } = counts;
      terminal.out(
        `Moved the journal ${from} to ${to}: ${waiting} waiting events, ${dead} dead letters, ${paths} paths of events, ` +
          `${keys} keys and ${tokens} remembered tokens.`,
      );
      terminal.out(`Set JOURNAL_URL to ${asked.to}, and start the program.`);
      if (asked.deleteSource !== true)
        terminal.out(`${from} is kept, but no program starts on it; remove it when you no longer need it.`);
    });
}

/** Says how far each part has come, at most every second, and when it has ended. */
function sayingProgress(say: (line: string) => void): (progress: MoveProgress) => void {
  let saidAt = performance.now();
  let last = '';
  return ({ part, moved, of }) => {
    const line = `${NAMES[part]}: ${moved} of ${of}`;
    if (line === last || (moved < of && performance.now() - saidAt < LINE_MS)) return;
    [saidAt, last] = [performance.now(), line];
    say(line);
  };
}
