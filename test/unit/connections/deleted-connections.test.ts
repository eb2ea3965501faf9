import { expect, it, onTestFinished } from 'vitest';
import { DeletedConnections } from '../../../src/connections/deleted-connections.js';
import { createLog } from '../../../src/core/log.js';
import { HandClock, settle } from '../../helpers/hand-clock.js';
import { recordOf } from './entries.js';

const HOUR = 3_600_000;

/** A journal and a server that the test plays. */
function start(kept: readonly string[], known: readonly string[] = []) {
  const world = {
    kept: new Set(kept),
    known: new Set(known),
    down: false,
    asked: 0,
    removed: [] as string[],
  };
  const clock = new HandClock();
  const deleted = new DeletedConnections({
    server: {
      connection(id) {
        world.asked += 1;
        if (world.down) return Promise.reject(new Error('connection refused'));
        return Promise.resolve(world.known.has(id) ? recordOf(id) : undefined);
      },
    },
    journal: {
      connections: () => Promise.resolve([...world.kept]),
      removeConnection(id) {
        world.removed.push(id);
        world.kept.delete(id);
        return Promise.resolve();
      },
    },
    clock,
    log: createLog({ level: 'info', format: 'json' }, { write: () => true }),
  });
  onTestFinished(() => deleted.stop());
  const listed = async (...ids: string[]): Promise<void> => {
    deleted.listed(new Set(ids));
    await settle();
  };
  return { world, clock, listed };
}

it('What is kept of a connection goes when the list and the server itself say that it is gone', async () => {
  const { world, listed } = start(['one', 'two']);
  await listed('one', 'two');
  expect([world.asked, world.removed]).toEqual([0, []]);
  await listed('two');
  expect(world.removed).toEqual(['one']);
});

it('A connection that the list leaves out and the server knows keeps its rows', async () => {
  const { world, clock, listed } = start(['one'], ['one']);
  await listed('one');
  await listed();
  await clock.advance(2 * HOUR);
  await listed();
  expect(world.asked).toBe(2);
  expect(world.removed).toEqual([]);
});

it('A connection that the server cannot be asked about keeps its rows until it can', async () => {
  const { world, clock, listed } = start(['one']);
  await listed('one');
  world.down = true;
  await listed();
  expect([world.asked, world.removed]).toEqual([1, []]);
  world.down = false;
  await clock.advance(60_000);
  await listed();
  expect(world.removed).toEqual(['one']);
});

it('A connection that this process never saw keeps its rows for an hour, as on a server that is the wrong one', async () => {
  const { world, clock, listed } = start(['one', 'two']);
  await listed('two');
  for (let minute = 0; minute < 59; minute += 1) {
    await clock.advance(60_000);
    await listed('two');
  }
  expect(world.removed).toEqual([]);
  await clock.advance(60_000);
  await listed('two');
  expect(world.removed).toEqual(['one']);
});

it('What was being sent when a connection was removed is removed at the next look', async () => {
  const { world, listed } = start(['one']);
  await listed('one');
  await listed();
  world.kept.add('one');
  await listed();
  expect(world.removed).toEqual(['one', 'one']);
});
