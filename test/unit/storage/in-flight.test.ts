import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Settled } from '../../../src/storage/journal.js';
import type { Appended } from '../../../src/storage/rows.js';
import { loadSqlite, type Database, type OpenFile } from '../../../src/storage/sqlite/driver.js';
import { openEngine, type Engine, type Request } from '../../../src/storage/sqlite/engine.js';
import { packRows } from '../../../src/storage/sqlite/packed-rows.js';
import { openInThread } from '../../conformance/in-thread-journal.js';
import { row } from '../../conformance/rows.js';
import { useFolder } from '../../helpers/use-folder.js';

const folder = useFolder();
let engine: Engine;
let file: Database;

beforeEach(async () => {
  const load = await loadSqlite();
  const open: OpenFile = (path) => (file = load(path));
  engine = openEngine(open, { path: join(folder.path, 'journal.db'), maxBytes: 1e9 });
});

afterEach(() => engine.close());

const append = (key: string, conversation = 'C1'): Request => ({
  verb: 'append',
  args: [packRows([row({ key, conversation, claimFor: 'me' })])],
});
const deliver = (id: number): Request => ({
  verb: 'settle',
  args: ['me', 2000, [{ t: 'delivered', id, eventId: 'evt_1', recovered: false }]],
});
const want = { appId: 'A1', connectionId: 'con_1', urgent: false, limit: 10 };
const ready: Request = { verb: 'ready', args: [] };
const impossible: Request = { verb: 'settle', args: ['me', 2000, 'no list'] };

/** What each request had for its only item. */
function run(...requests: Request[]): (Appended | Settled | 'failed')[] {
  return engine
    .run(requests)
    .map((reply) => ('code' in reply ? 'failed' : (reply.result as (Appended | Settled)[])[0]!));
}

function begin(key: string, conversation?: string): number {
  const [appended] = run(append(key, conversation));
  if (typeof appended !== 'object') throw new Error(`${key} is ${appended}`);
  return appended.claimed;
}

/** The journal as the next process finds it if this one dies now. */
async function afterCrash() {
  for (const suffix of ['', '-wal'])
    await cp(join(folder.path, `journal.db${suffix}`), join(folder.path, `copy.db${suffix}`));
  return openInThread(join(folder.path, 'copy.db'));
}

test('An event begins in the commit that says that the one before it in its conversation was delivered', async () => {
  const first = begin('a');
  const [settled, second] = run(deliver(first), append('b'));
  expect([settled, second]).toEqual(['last', { claimed: first + 1 }]);
  expect(run(append('a'), append('b'))).toEqual(['duplicate', 'duplicate']);

  // That the first was delivered is not on the disk, but the second would not be there otherwise.
  const next = await afterCrash();
  const [b, ...others] = await next.takeOver('you', 3000, 10);
  expect([b?.key, others]).toEqual(['b', []]);
  expect(await next.append([row({ key: 'a' })])).toEqual(['duplicate']);
  expect((await next.stats()).sources[0]).toMatchObject({ waiting: 1 });
  await next.settle('you', 3000, [{ t: 'released', id: b!.id }]);
  expect((await next.claim('you', 3000, [want])).rows.map(({ key }) => key)).toEqual(['b']);
  await next.close();
});

test('After a crash nothing overtakes the one event of its conversation that was under way', async () => {
  const first = begin('a');
  run(append('b'), append('c'));
  // Together with an append, so that "delivered" is not written yet.
  run(deliver(first), { verb: 'claim', args: ['me', 2000, [want]] }, append('d', 'C2'));
  const next = await afterCrash();
  const taken = await next.takeOver('you', 3000, 10);
  expect(taken.map(({ key }) => key).toSorted()).toEqual(['b', 'd']);
  await next.settle('you', 3000, [{ t: 'delivered', id: first, eventId: 'evt_1', recovered: true }]);
  expect((await next.claim('you', 3000, [want])).rows).toEqual([]);
  await next.close();
});

test('A delivery is on the disk as soon as nothing is appended, or when there are many', async () => {
  run(deliver(begin('alone')));
  let id = begin('k0', 'C0');
  for (let n = 1; n <= 20; n += 1) {
    const [, appended] = run(deliver(id), append(`k${n}`, `C${n}`));
    id = (appended as { claimed: number }).claimed;
  }
  const next = await afterCrash();
  const keys = (await next.takeOver('you', 3000, 100)).map(({ key }) => key);
  expect(keys).not.toContain('alone');
  expect(keys).toHaveLength(21 - 16);
  expect(await next.append([row({ key: 'alone' }), row({ key: 'k3' })])).toEqual(['duplicate', 'duplicate']);
  await next.close();
});

test('A transaction that fails leaves everything in flight as it was', async () => {
  const first = begin('a');
  expect(run(deliver(first), append('b'), impossible)).toEqual([
    'last',
    { claimed: expect.any(Number) as number },
    'failed',
  ]);
  const second = begin('c', 'C2');
  expect(run(append('d', 'C2'), impossible, deliver(second))).toEqual(['behind', 'failed', 'more']);
  // Alone after a failure, "delivered" is not written yet; the next transaction does that.
  run(ready);
  const next = await afterCrash();
  expect((await next.takeOver('you', 3000, 10)).map(({ key }) => key)).toEqual(['b']);
  expect((await next.stats()).sources[0]).toMatchObject({ waiting: 2 });
  await next.close();
});

test('All requests are answered although there is no room to record a delivery', async () => {
  const first = begin('a', 'C'.repeat(10_000));
  run(deliver(first), append('b', 'C2'));
  file.exec('PRAGMA max_page_count = 1');
  expect(run(ready)).not.toContain('failed');
  expect(run(append('c', 'C'.repeat(10_000)), ready)[0]).toBe('failed');
  file.exec('PRAGMA max_page_count = 1000000');
  run(ready);
  const next = await afterCrash();
  expect((await next.takeOver('you', 3000, 10)).map(({ key }) => key)).toEqual(['b']);
  await next.close();
});
