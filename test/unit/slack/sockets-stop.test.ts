import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.js';
import { DEFAULT_POLICY } from '../../../src/slack/policy.js';
import { blockAction } from '../../../src/sim/slack/frames/interactions.js';
import { message } from '../../../src/sim/slack/frames/messages.js';
import { eventually } from '../../helpers/eventually.js';
import { HandClock } from '../../helpers/hand-clock.js';
import { start, open, resources } from './sockets-rig.js';

describe('The stop of the sockets', () => {
  it('A stop sends the pending acknowledgements and closes everything', async () => {
    const world = await open();
    const held: (() => void)[] = [];
    world.onEnvelope = (envelope) => held.push(() => void envelope.acknowledge());
    for (let n = 0; n < 50; n++) world.slack.send(world.installation, blockAction());
    await eventually(() => held.length === 50, 'all have arrived');
    const stopped = world.sockets.stop();
    for (const release of held) release();
    await stopped;
    await world.slack.ledger.allSettled();
    expect(world.slack.ledger.acknowledged()).toHaveLength(50);
    expect(world.slack.connections(world.app)).toBe(0);
    expect(world.sockets.stop()).toBe(world.sockets.stop());
  });

  it('A stop takes the envelopes that Slack had already sent', async () => {
    const world = await open();
    for (let n = 0; n < 50; n++) world.slack.send(world.installation, blockAction());
    await world.sockets.stop();
    await world.slack.ledger.allSettled();
    expect(world.slack.ledger.acknowledged()).toHaveLength(50);
  });

  it.each(['fetching_url', 'dialling', 'awaiting_hello'] as const)(
    'A stop while a socket is %s leaves none behind',
    async (state) => {
      const world = await start();
      if (state === 'fetching_url')
        world.slack.faults.api('apps.connections.open', { t: 'hang' }, { times: 9 });
      if (state === 'dialling') world.slack.faults.dial({ t: 'hang' }, { times: 9 });
      if (state === 'awaiting_hello') world.slack.faults.hello({ t: 'hang' }, { times: 9 });
      world.want(world.token);
      if (state !== 'fetching_url')
        await world.until(
          () => world.events.some((event) => event.t === 'socket_state' && event.to === state),
          state,
        );
      await world.sockets.stop();
      expect(world.slack.sockets(world.app)).toHaveLength(0);
    },
  );

  it('A stop is not held up by a silent path for longer than its limit', async () => {
    const clock = new HandClock();
    const policy = { ...DEFAULT_POLICY, pool: { ...DEFAULT_POLICY.pool, staggerMs: 0 } };
    const world = await start({ clock, policy, slack: { clock: systemClock } });
    world.want(world.token);
    await eventually(async () => {
      await clock.advance(0);
      return world.status?.t === 'live';
    }, 'two sockets');
    world.onEnvelope = () => undefined;
    world.slack.send(world.installation, message());
    await eventually(() => world.envelopes.length === 1, 'it has arrived');
    for (const socket of world.slack.sockets(world.app)) socket.freeze();
    let stopped = false;
    void world.sockets.stop().then(() => (stopped = true));
    // The time in which an acknowledgement may still go out, and the second in which a socket is closed by force.
    await clock.advance(policy.acknowledgeMs);
    await clock.advance(1_000);
    await eventually(() => stopped, 'the end of the stop');
  });

  it('The end of one app ends its call for a URL that hangs', async () => {
    const world = await start();
    world.slack.faults.api('apps.connections.open', { t: 'hang' }, { times: 9 });
    const without = resources().length;
    world.want(world.token);
    await world.slack.calls.waitFor(({ method }) => method === 'apps.connections.open');
    world.sockets.reconcile(new Map());
    await eventually(() => resources().length <= without, 'the call is over');
  });

  it('The sockets of an app that is not wanted any more close', async () => {
    const world = await open();
    world.sockets.reconcile(new Map());
    expect(world.status).toBeUndefined();
    await eventually(() => world.slack.connections(world.app) === 0, 'no socket at Slack');
  });
});
