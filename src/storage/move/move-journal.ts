import { existsSync, realpathSync } from 'node:fs';
import type { Clock } from '../../core/clock.js';
import { PluginError } from '../../core/errors.js';
import { isShared, shownPlace } from '../open.js';
import type { JournalEnd } from './journal-end.js';
import { cancelMove, move, type MoveProgress } from './move.js';
import { openPostgresEnd } from './postgres-end.js';
import type { Counts } from './records.js';
import { openSqliteEnd } from './sqlite-end.js';

export { NAMES, type MoveProgress } from './move.js';

export interface MoveRequest {
  /** Paths of SQLite files, or URLs of PostgreSQL databases. */
  readonly from: string;
  readonly to: string;
  /** PostgreSQL's, if it wants one and no password file names it. */
  readonly password: string | undefined;
  /** How many copies from before changes of the schema a SQLite file keeps. */
  readonly backups: number;
  readonly clock: Clock;
  /** Gives up a move that has not ended. */
  readonly isCancelled: boolean;
  /** Removes what the first journal holds when all of it has been moved. */
  readonly isSourceDeleted: boolean;
  readonly report: (progress: MoveProgress) => void;
}

/** What was done. Places are shown without the names of users. */
export interface MovedJournal {
  readonly from: string;
  readonly to: string;
  /** What the second journal holds; absent where the move was given up. */
  readonly counts: Counts | undefined;
  /** What was lost in the first journal before, in a sentence. */
  readonly warning: string | undefined;
}

/** Moves all that one journal holds to another one, goes on with a move that was stopped, or gives it up. Rejects as move() does. */
export async function moveJournal(request: MoveRequest): Promise<MovedJournal> {
  const { from: source, to: target, isCancelled, isSourceDeleted, clock, report } = request;
  if (realPlace(source) === realPlace(target))
    throw new PluginError('bad_input', '--from and --to name the same journal: name another one.');
  let isKept = false;
  const from = await openEnd(source, false, request);
  try {
    const isNew = !isShared(target) && !existsSync(target);
    const to = await openEnd(target, true, request);
    try {
      const ports = { from, to, report, now: () => clock.now() };
      const places = { from: from.place, to: to.place, warning: from.warning };
      if (isCancelled) {
        await cancelMove(ports);
        return { counts: undefined, ...places };
      }
      const counts = await move(ports);
      isKept = true;
      if (isSourceDeleted) await from.empty();
      return { counts, ...places };
    } finally {
      // Nothing was moved to it: only to look into it has it been made.
      if (isNew && !isKept && (await to.mark()) === undefined) await to.empty();
      await to.close();
    }
  } finally {
    await from.close();
  }
}

function openEnd(
  place: string,
  isMade: boolean,
  { password, clock, backups }: Pick<MoveRequest, 'password' | 'clock' | 'backups'>,
): Promise<JournalEnd> {
  if (isShared(place)) return openPostgresEnd({ url: place, password, place: shownPlace(place), clock });
  return openSqliteEnd({ path: place, isMade, backups, now: () => clock.now() });
}

function realPlace(place: string): string {
  if (isShared(place)) return place;
  try {
    return realpathSync(place);
  } catch {
    return place;
  }
}
