import { systemClock } from '../../src/core/clock.js';
import { openJournal } from '../../src/storage/open.js';
import type { JournalDatabase } from '../../src/storage/journal.js';
import type { JournalRow, NewRow } from '../../src/storage/rows.js';
import { answer } from './delivery-process.js';

const MAX_BYTES = 16 * 1024 ** 3;
const FILLED_AT_ONCE = 500;
const CONNECTIONS = 50;
const CONVERSATIONS = 200;
const BODY = JSON.stringify({ text: 'x'.repeat(1450) });

// What is measured each time: as much as the program asks for at once when it is busy.
const APPENDED = 64;
const CLAIMED = 28;
const TIMES = 20;
/** Rows that a replica had in hand when it ended. */
const IN_HAND = 100;

// As the program asks for what others have left.
const ASK_MS = 500;

const FLOOD = { appId: 'A1', connectionId: 'con_flood', urgent: false };
const ADDED = 'con_added';
const OWNER = 'bench';

let journal: JournalDatabase | undefined;
let added = 0;

function opened(): JournalDatabase {
  if (journal === undefined) throw new Error('open first');
  return journal;
}

function row(connectionId: string, n: number, key: string): NewRow {
  const conversation = `C${(n * 7) % CONVERSATIONS}`;
  const common = { appId: 'A1', kind: 'events_api', urgent: false, body: BODY };
  return { ...common, connectionId, conversation, key, receivedAt: systemClock.now() };
}

const release = async (owner: string, rows: readonly JournalRow[]): Promise<void> => {
  const settlements = rows.map(({ id, turn }) => ({ t: 'released', id, turn }) as const);
  await opened().settle(owner, systemClock.now(), settlements);
};

async function timed(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

async function times(work: () => Promise<number>): Promise<number[]> {
  const taken: number[] = [];
  for (let n = 0; n < TIMES; n += 1) taken.push(await work());
  return taken;
}

/** A journal as the program opens it, and its verbs one by one. */
const questions = {
  async open(place: string, name: string): Promise<void> {
    const replica = { name, version: 'bench' };
    const options = { place, password: undefined, maxBytes: MAX_BYTES, backups: 0, replica };
    journal = await openJournal({ ...options, clock: systemClock });
  },
  /** Adds so many rows, half of them of one connection. */
  async fill(from: number, to: number): Promise<void> {
    for (let at = from; at < to; at += FILLED_AT_ONCE)
      await opened().append(
        Array.from({ length: Math.min(FILLED_AT_ONCE, to - at) }, (_, place) => {
          const n = at + place;
          return row(n % 2 === 0 ? FLOOD.connectionId : `con_${n % CONNECTIONS}`, n, `Ev${n}`);
        }),
      );
  },
  /** The milliseconds that each of some appends took; what was added is removed again. */
  async append(): Promise<number[]> {
    const taken = await times(() =>
      timed(async () => {
        const rows = Array.from({ length: APPENDED }, () =>
          row(ADDED, (added += 1), `Added${process.pid}.${added}`),
        );
        await opened().append(rows);
      }),
    );
    while ((await opened().removeConnection(ADDED, 1000)).more);
    return taken;
  },
  /** The milliseconds that each of some claims took; they are released in between. */
  claim: (): Promise<number[]> =>
    times(async () => {
      let claimed: readonly JournalRow[] = [];
      const taken = await timed(async () => {
        ({ rows: claimed } = await opened().claim(OWNER, systemClock.now(), [{ ...FLOOD, limit: CLAIMED }]));
      });
      if (claimed.length !== CLAIMED) throw new Error(`${claimed.length} rows claimed`);
      await release(OWNER, claimed);
      return taken;
    }),
  /** Claims what a replica may have in hand. */
  async hold(): Promise<number> {
    const { rows } = await opened().claim(OWNER, systemClock.now(), [{ ...FLOOD, limit: IN_HAND }]);
    return rows.length;
  },
  /** Asks for what a process has left until it is there: the milliseconds of the call that got it. It is released then. */
  async takeOver(): Promise<number> {
    for (;;) {
      let rows: readonly JournalRow[] = [];
      const owner = `${OWNER}-${process.pid}`;
      const taken = await timed(async () => {
        rows = await opened().takeOver(owner, systemClock.now() + 60_000, IN_HAND);
      });
      if (rows.length > 0) {
        await release(owner, rows);
        return taken;
      }
      await new Promise((resolve) => setTimeout(resolve, ASK_MS));
    }
  },
  close: (): Promise<void> => opened().close(),
};

export type JournalQuestions = typeof questions;

answer(questions);
