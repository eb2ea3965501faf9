import { randomBytes } from 'node:crypto';
import { PluginError } from '../../core/errors.js';
import { movedError, type MoveMark } from './mark.js';
import type { JournalEnd } from './journal-end.js';
import { PARTS, type Counts, type Part, type MovePosition } from './records.js';

/** How far a move has come with one part. */
export interface MoveProgress {
  readonly part: Part;
  readonly moved: number;
  readonly of: number;
}

export interface MovePorts {
  readonly from: JournalEnd;
  readonly to: JournalEnd;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly report: (progress: MoveProgress) => void;
}

/**
 * Moves all that a journal holds to an empty one, or goes on with a move that was stopped. From its beginning no program starts
 * on either; at its end the first one is marked as moved, then the second one is free. Answers what the second one holds.
 * Rejects with `journal_locked` while a program uses one of them, with `bad_input` where the second one is not empty, and with
 * `journal_moved` where one of them belongs to another move.
 */
export async function move(ports: MovePorts): Promise<Counts> {
  const { from, to, now } = ports;
  const id = await markBoth(ports);
  const left = await from.mark();
  if (left?.t !== 'moved') {
    await fill(ports, id);
    const [before, after] = [await from.counts(), await to.counts()];
    const lacking = PARTS.find((part) => after[part] < before[part]);
    if (lacking !== undefined)
      throw new PluginError(
        'internal',
        `Of ${before[lacking]} ${NAMES[lacking]} only ${after[lacking]} were moved: run the command with --cancel, and report it.`,
      );
    await from.setMark({ t: 'moved', id, other: to.place, at: now() }, left);
  }
  await to.clearMark(id);
  return to.counts();
}

/** Gives up a move that has not ended: the second journal is emptied, and the first one is free again. */
export async function cancelMove({ from, to }: MovePorts): Promise<void> {
  const [left, arrived] = [await from.mark(), await to.mark()];
  if (left !== undefined && left.t !== 'leaving') throw movedError(from.place, left);
  // Without a mark the first one is another file by now, such as a backup of it: all the same nothing is to be had of the second one.
  const isFilled = left === undefined ? isFilledFrom(from, arrived) : isSameMove(left, arrived);
  if (left === undefined && !isFilled)
    throw new PluginError(
      'bad_input',
      `No move from ${from.place} is under way: there is nothing to cancel.`,
    );
  if (left !== undefined && !isFilled && left.other !== to.place) throw movedError(from.place, left);
  if (arrived !== undefined && isFilled) {
    await to.empty();
    await to.clearMark(arrived.id);
  }
  if (left !== undefined) await from.clearMark(left.id);
}

function isFilledFrom(from: JournalEnd, arrived: MoveMark | undefined): boolean {
  return arrived?.t === 'arriving' && arrived.other === from.place;
}

/** What people call the parts. */
export const NAMES: Readonly<Record<Part, string>> = {
  tokens: 'tokens',
  waiting: 'waiting events',
  dead: 'dead letters',
  paths: 'paths of events',
  keys: 'keys',
};

/** Answers the id of the move, which both journals have then; a stop between any two steps does no harm. */
async function markBoth({ from, to, now }: MovePorts): Promise<string> {
  const [left, arrived] = [await from.mark(), await to.mark()];
  if (left?.t === 'arriving') throw movedError(from.place, left);
  if (left?.t === 'moved' && !isSameMove(left, arrived)) throw movedError(from.place, left);
  if (arrived !== undefined && arrived.t !== 'moved' && !isSameMove(left, arrived))
    throw movedError(to.place, arrived);
  const id = left?.id ?? randomBytes(8).toString('hex');
  if (isSameMove(left, arrived)) return id;
  // It was stopped before the second journal was marked.
  if (left !== undefined && left.other !== to.place) throw movedError(from.place, left);
  await refuseFull(to);
  if (left === undefined) await from.setMark({ t: 'leaving', id, other: to.place, at: now() }, left);
  const mark: MoveMark = { t: 'arriving', id, other: from.place, at: now() };
  try {
    await to.setMark(mark, arrived);
    await refuseFilledMeanwhile(to, mark, arrived);
  } catch (error) {
    // Nothing has been moved: the program that is running there is not to be missed here.
    if (left === undefined) await from.clearMark(id);
    throw error;
  }
  return id;
}

function isSameMove(left: MoveMark | undefined, arrived: MoveMark | undefined): boolean {
  return left !== undefined && arrived?.t === 'arriving' && arrived.id === left.id;
}

async function refuseFull(to: JournalEnd): Promise<void> {
  const { waiting, dead, paths, keys } = await to.counts();
  if (waiting + dead + paths + keys > 0)
    throw new PluginError(
      'bad_input',
      `The journal ${to.place} holds events of its own (${waiting} waiting, ${dead} dead letters, ${keys} keys): name an empty one with --to.`,
    );
}

/** Only from its mark on nobody else writes to a journal: before that another move may have filled it, or a program. */
async function refuseFilledMeanwhile(
  to: JournalEnd,
  mark: MoveMark,
  before: MoveMark | undefined,
): Promise<void> {
  try {
    await refuseFull(to);
  } catch (error) {
    await (before === undefined ? to.clearMark(mark.id) : to.setMark(before, mark));
    throw error;
  }
}

async function fill({ from, to, report }: MovePorts, id: string): Promise<void> {
  const counts = await from.counts();
  let progress = await to.progress();
  if (progress === undefined) {
    progress = { part: PARTS[0], after: undefined };
    await to.begin(await from.largestId(), await from.tokenKey(), { id, before: undefined, after: progress });
  }
  let before = progress;
  const done = await to.counts();
  for (const part of PARTS.slice(PARTS.indexOf(progress.part))) {
    let moved = part === progress.part ? Math.min(done[part], counts[part]) : 0;
    let next: MovePosition | undefined = { part, after: part === progress.part ? progress.after : undefined };
    while (next !== undefined) {
      const page = await from.read(part, next.after);
      next = page.rows.length === 0 ? undefined : { part, after: page.last };
      if (next !== undefined) {
        await to.write(page, { id, before, after: next });
        before = next;
      }
      moved += page.rows.length;
      report({
        part,
        moved: next === undefined ? counts[part] : Math.min(moved, counts[part]),
        of: counts[part],
      });
    }
  }
}
