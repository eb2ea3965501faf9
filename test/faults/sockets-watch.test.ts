import { afterAll, afterEach, expect, it } from 'vitest';

import { FaultySockets } from './faulty-sockets.js';
import { SteadyClock } from './steady-clock.js';

const LIMIT_MS = 60_000;

const clock = new SteadyClock(20);
let world: FaultySockets | undefined;

afterEach(async () => {
  await world?.sockets.stop();
  world?.watch.stop();
  await world?.end();
});

afterAll(() => clock.stop());

async function live(): Promise<FaultySockets> {
  world = await FaultySockets.start(clock, 1, {}, false);
  world.setWanted(true);
  const { watch, sockets, app } = world;
  await watch.until(() => sockets.status(app.id)?.t === 'live', 'all sockets are live', LIMIT_MS);
  return world;
}

it.each(['too_many_websockets', 'for_a_reason', ''])(
  'A time without a socket is not blamed on us when Slack closes the last one for the reason "%s"',
  async (reason) => {
    const { watch, slack, app } = await live();
    for (const socket of slack.sockets(app)) socket.disconnect(reason, 0);
    await watch.until(() => watch.deafness.length > 0, 'no socket is left', LIMIT_MS);
    expect(watch.deafness.map(({ ours }) => ours)).toEqual([false]);
  },
);

it('A time without a socket is blamed on us when we close the last one while the app is wanted', async () => {
  const { watch, sockets } = await live();
  sockets.reconcile(new Map());
  await watch.until(() => watch.deafness.length > 0, 'no socket is left', LIMIT_MS);
  expect(watch.deafness.map(({ ours }) => ours)).toEqual([true]);
});
