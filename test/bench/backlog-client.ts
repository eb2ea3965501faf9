import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/core/clock.js';
import { seededRandom } from '../../src/core/random.js';
import { Health } from '../../src/core/health.js';
import { Delivery } from '../../src/delivery/delivery.js';
import { openSqliteJournal } from '../../src/storage/sqlite/sqlite-journal.js';
import { answer } from './delivery-process.js';

const MAX_BYTES = 8 * 1024 ** 3;
const BATCH = 500;
const CONNECTIONS = 50;
const CONVERSATIONS = 200;
const BODY = JSON.stringify({ text: 'x'.repeat(1450) });
// As fast as a real server with two cores was seen to take them.
const DISPATCH_MS = 80;

export interface Backlog {
  readonly firstDispatchMs: number;
  /** Resident bytes above those of the same process with an empty journal. */
  readonly grownBytes: number;
  readonly fileBytes: number;
  readonly dispatched: number;
}

let folder = '';

function residentBytes(): number {
  for (let n = 0; n < 3; n += 1) globalThis.gc?.();
  return process.memoryUsage.rss();
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const questions = {
  /** Makes a journal with so many rows, half of them of one connection; in a process of its own. */
  async fill(rows: number): Promise<string> {
    folder = mkdtempSync(join(tmpdir(), 'bench-backlog-'));
    const journal = await openSqliteJournal({ path: join(folder, 'journal.db'), maxBytes: MAX_BYTES });
    for (let from = 0; from < rows; from += BATCH) {
      await journal.append(
        Array.from({ length: Math.min(BATCH, rows - from) }, (_, at) => {
          const n = from + at;
          return {
            appId: 'A1',
            connectionId: n % 2 === 0 ? 'con_flood' : `con_${n % CONNECTIONS}`,
            key: `Ev${n}`,
            kind: 'events_api',
            conversation: `C${(n * 7) % CONVERSATIONS}`,
            urgent: false,
            body: BODY,
            receivedAt: 1_790_000_000_000 + n,
          };
        }),
      );
    }
    await journal.close();
    return join(folder, 'journal.db');
  },
  /** Delivers from that journal for some seconds, to a server that takes a hundred a second. */
  async deliver(path: string, seconds: number): Promise<Backlog> {
    let dispatched = 0;
    let first = 0;
    const journal = await openSqliteJournal({ path, maxBytes: MAX_BYTES });
    const delivery = new Delivery({
      journal,
      clock: systemClock,
      random: seededRandom(1),
      health: new Health(),
      sink: {
        prepare: () => async () => {
          first ||= performance.now();
          await pause(DISPATCH_MS);
          dispatched += 1;
          return { t: 'delivered', eventId: 'evt' };
        },
        find: () => Promise.resolve({ t: 'absent' }),
        fateOf: () => Promise.resolve('none'),
      },
    });
    await pause(500);
    const before = residentBytes();
    const start = performance.now();
    await delivery.start();
    await pause(seconds * 1000);
    const grownBytes = residentBytes() - before;
    await delivery.stop();
    await journal.close();
    return { firstDispatchMs: first - start, grownBytes, fileBytes: statSync(path).size, dispatched };
  },
  remove(): Promise<void> {
    rmSync(folder, { recursive: true });
    return Promise.resolve();
  },
};

export type BacklogQuestions = typeof questions;

answer(questions);
