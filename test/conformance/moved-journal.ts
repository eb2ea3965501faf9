import type { JournalEnd } from '../../src/storage/move/journal-end.js';
import { PARTS, type Cursor, type Page } from '../../src/storage/move/records.js';
import type { Journal, JournalDatabase } from '../../src/storage/journal.js';
import { claimRequest, row } from './rows.js';

/** More than go into two pages of a move. */
export const WAITING = 450;

const STEP = 'a dispatch.';

/**
 * A journal with some of everything that a move must not lose: events in 30 conversations, some of them urgent, retried or
 * without an answer; dead letters; delivered events with their paths; remembered tokens; and events that are being sent.
 */
export async function fillJournal(journal: JournalDatabase): Promise<void> {
  const rows = Array.from({ length: WAITING }, (_, n) =>
    row({
      key: `k${n}`,
      conversation: `C${n % 30}`,
      urgent: n % 30 === 7,
      connectionId: `con_${n % 3}`,
      body: JSON.stringify({ n, text: 'ä\u0000\\' }),
      receivedAt: 1000 + n,
    }),
  );
  await journal.append([
    row({ key: 'long'.repeat(200), conversation: 'L'.repeat(900), receivedAt: 900 }),
    row({ key: 'dead', conversation: 'D', kind: 'interactive' }),
    row({ key: 'retried', conversation: 'R' }),
    row({ key: 'unanswered', conversation: 'U' }),
    row({ key: 'delivered', conversation: 'E' }),
  ]);
  await journal.append([row({ key: 'behind the retried', conversation: 'R' })]);
  const { rows: claimed } = await journal.claim('other', 2000, [claimRequest()]);
  const idOf = (key: string): number => claimed.find((each) => each.key === key)!.id;
  const path = { key: 'slack-1', origin: 'socket 3', step: STEP };
  await journal.settle('other', 3000, [
    { t: 'dead', id: idOf('dead'), reason: 'no such', type: 'click', channel: 'C9', path },
    { t: 'retry', id: idOf('retried'), nextAt: 50_000, reason: 'busy', counted: true },
    { t: 'deferred', id: idOf('unanswered'), nextAt: 3000, unansweredAt: 2500 },
    { t: 'delivered', id: idOf('delivered'), eventId: 'evt_1', recovered: false, path },
    { t: 'released', id: idOf('long'.repeat(200)) },
  ]);
  await journal.append(rows);
  await journal.tokens.key('the key of this installation');
  for (const n of [1, 2, 3])
    await journal.tokens.remember(
      {
        hash: `${n}`.repeat(64),
        appId: `A${n}`,
        enterpriseId: '',
        teamId: 'T1',
        botUserId: 'U1',
        botId: 'B1',
        saidAt: n,
      },
      1000 + n,
      100,
    );
}

/** All that a journal holds, part by part, in the order of reading. */
export async function contentOf(end: JournalEnd): Promise<Record<string, readonly unknown[]>> {
  const content: Record<string, readonly unknown[]> = {};
  for (const part of PARTS) {
    const rows: unknown[] = [];
    let after: Cursor;
    for (;;) {
      const page: Page = await end.read(part, after);
      if (page.rows.length === 0) break;
      // Only a file gives keys numbers, and each file other ones.
      rows.push(...page.rows.map((each) => (part === 'keys' ? { ...each, id: 0 } : each)));
      after = page.last;
    }
    content[part] = rows;
  }
  return content;
}

/** Dispatches all that waits, and answers the bodies of each conversation in the order in which they were claimed. */
export async function deliverAll(
  journal: Pick<Journal, 'claim' | 'settle'>,
  owner: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const lanes = new Map<string, string[]>();
  const now = 1_000_000;
  const wants = ['con_0', 'con_1', 'con_2'].flatMap((connectionId) =>
    [true, false].map((urgent) => claimRequest({ connectionId, urgent, limit: 100 })),
  );
  for (;;) {
    const { rows } = await journal.claim(owner, now, wants);
    if (rows.length === 0) return lanes;
    for (const { connectionId, conversation, urgent, key } of rows) {
      const lane = `${connectionId} ${conversation} ${urgent}`;
      lanes.set(lane, [...(lanes.get(lane) ?? []), key]);
    }
    await journal.settle(
      owner,
      now,
      rows.map(({ id, turn }) => ({ t: 'delivered', id, turn, eventId: '', recovered: false })),
    );
  }
}
