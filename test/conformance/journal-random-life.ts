import { expect } from 'vitest';
import { seededRandom } from '../../src/core/random.js';
import type { Journal, Settlement } from '../../src/storage/journal.js';
import type { NewRow } from '../../src/storage/rows.js';
import { claimRequest, row } from './rows.js';

/** A journal, and how to end its process and open it anew. */
export interface Life {
  readonly journal: () => Journal;
  readonly reopen: () => Promise<void>;
}

function laneOf({ conversation, urgent }: Pick<NewRow, 'conversation' | 'urgent'>): string {
  return `${conversation} ${urgent}`;
}

/**
 * Writes, claims and ends rows at random, gives some up and sends some of those again, and reopens the journal between:
 * a lane never has two rows under way, what is delivered keeps its order but for what was sent again, and nothing is lost.
 */
export async function randomLife(seed: number, { journal: open, reopen }: Life): Promise<void> {
  const random = seededRandom(seed);
  const pick = (n: number): number => Math.floor(random() * n);
  const done = new Map<string, number[]>();
  const sentAgain = new Set<string>();
  let now = 1000;
  let written = 0;
  let held: { id: number; lane: string; n: number }[] = [];
  let ended: Settlement[] = [];
  const hold = (id: number, lane: string, n: number): void => {
    expect(held.some((other) => other.lane === lane)).toBe(false);
    held.push({ id, lane, n });
  };
  for (let step = 0; step < 120; step += 1) {
    const journal = open();
    now += pick(50);
    const fresh = Array.from({ length: pick(3) }, () => {
      written += 1;
      return row({
        key: `${written}`,
        conversation: `C${pick(4)}`,
        urgent: pick(2) === 0,
        receivedAt: now,
      });
    });
    const asked = pick(2) === 0 ? 'me' : undefined;
    // In one go, so that they may share a transaction.
    const settling = journal.settle('me', now, ended);
    const appended = await journal.append(fresh.map((each) => ({ ...each, claimFor: asked })));
    await settling;
    appended.forEach((result, index) => {
      const { key, conversation, urgent } = fresh[index]!;
      if (typeof result === 'object') hold(result.claimed, laneOf({ conversation, urgent }), Number(key));
    });
    const wants = [claimRequest({ limit: 1 + pick(3) }), claimRequest({ urgent: true, limit: 1 + pick(3) })];
    const { rows } = pick(2) === 0 ? await journal.claim('me', now, wants) : { rows: [] };
    for (const each of rows) hold(each.id, laneOf(each), Number(each.key));
    if (pick(3) === 0) {
      const letters = await journal.listDead({ after: 0, limit: 2 });
      for (const { key } of letters) sentAgain.add(key);
      await journal.resend(
        letters.map(({ id }) => id),
        now,
      );
    }
    if (pick(8) === 0) {
      await reopen();
      const taken = await open().takeOver('me again', now, 100);
      expect(new Set(taken.map(laneOf)).size).toBe(taken.length);
      expect(taken.map(({ id }) => id)).toEqual(expect.arrayContaining(held.map(({ id }) => id)));
      await open().settle(
        'me again',
        now,
        taken.map(({ id }) =>
          held.some((each) => each.id === id)
            ? { t: 'released', id }
            : { t: 'delivered', id, eventId: 'e', recovered: true },
        ),
      );
      held = [];
    }
    ended = held
      .filter(() => pick(2) === 0)
      .map(({ id, lane, n }) => {
        held = held.filter((each) => each.id !== id);
        if (pick(3) === 0) return { t: 'retry', id, nextAt: now + pick(100), reason: 'r', counted: true };
        if (pick(4) === 0) return { t: 'dead', id, reason: 'r' };
        if (pick(4) === 0) return { t: 'deferred', id, nextAt: now + pick(100), unansweredAt: now };
        done.set(lane, [...(done.get(lane) ?? []), n]);
        return { t: 'delivered', id, eventId: 'e', recovered: false };
      });
  }
  await open().settle('me', now, ended);
  const inOrder = (keys: readonly number[]): number[] => keys.filter((n) => !sentAgain.has(`${n}`));
  for (const each of done.values()) expect(inOrder(each)).toEqual(inOrder(each).sort((a, b) => a - b));
  const delivered = [...done.values()].flat();
  expect(new Set(delivered).size).toBe(delivered.length);
  const { sources } = await open().stats();
  const left = sources.reduce((sum, { waiting, dead }) => sum + waiting + dead, 0);
  expect(delivered.length + left).toBe(written);
}
