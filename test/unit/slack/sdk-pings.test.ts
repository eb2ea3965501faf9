import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { message } from '../../../src/sim/slack/frames/messages.js';
import { DEFAULT_POLICY } from '../../../src/slack/policy.js';
import { SocketsWorld } from '../../world/sockets.js';

/** In this time the SDK, left to itself, pings three times and has not yet given up a socket. */
const THREE_PINGS_MS = 5_500;
const A_DAY_MS = 86_400_000;

// The SDK's ping timer is an interval; nothing else here is one.
beforeEach(() => vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => vi.useRealTimers());

it('Slack gets only the pings of the liveness wheel, which stands still here', async () => {
  const liveness = { ...DEFAULT_POLICY.liveness, tickMs: A_DAY_MS };
  const world = await SocketsWorld.start({ policy: { ...DEFAULT_POLICY, liveness } });
  try {
    await world.open();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(THREE_PINGS_MS);
    const sockets = world.slack.sockets(world.app);
    // Whatever was sent before an acknowledgement has arrived before it.
    const sent = sockets.map((to) => world.slack.send(world.installation, message(), { to }));
    await world.slack.ledger.allSettled();
    expect(sent.map(({ state }) => state)).toEqual(['acknowledged', 'acknowledged']);
    expect(sockets.map(({ received }) => received.pings)).toEqual([0, 0]);
  } finally {
    await world.stop();
  }
});
