import { hasSubscribers } from 'node:diagnostics_channel';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { scaledClock, systemClock } from '../../../src/core/clock.js';
import { DEFAULT_POLICY } from '../../../src/slack/policy.js';
import { appRateLimited } from '../../../src/sim/slack/frames/happenings.js';
import { blockAction } from '../../../src/sim/slack/frames/interactions.js';
import { message } from '../../../src/sim/slack/frames/messages.js';
import { slashCommand } from '../../../src/sim/slack/frames/slash-command.js';
import { eventually } from '../../helpers/eventually.js';
import { HandClock } from '../../helpers/hand-clock.js';
import { startHalfOpenProxy } from '../../helpers/half-open-proxy.js';
import { SocketsWorld, type SocketsWorldOptions } from '../../world/sockets.js';
import { UNLIMITED } from '../../world/policies.js';

const worlds: SocketsWorld[] = [];

async function start(options: SocketsWorldOptions = {}): Promise<SocketsWorld> {
  const world = await SocketsWorld.start(options);
  worlds.push(world);
  return world;
}

async function open(options: SocketsWorldOptions = {}): Promise<SocketsWorld> {
  const world = await start(options);
  await world.open();
  return world;
}

/** What keeps a process alive, by kind; the pipes are the test runner's. */
function resources(): string[] {
  return process
    .getActiveResourcesInfo()
    .filter((kind) => /^(?:TCP|TLS|Timeout|GetAddrInfo|HTTP)/.test(kind))
    .sort();
}

let before: string[] = [];
beforeEach(() => {
  before = resources();
});

// Whatever happened, nothing is left: no TCP connection, no timer, no listener.
afterEach(async () => {
  await Promise.all(worlds.splice(0).map((world) => world.stop()));
  expect(['ping', 'pong'].some((frame) => hasSubscribers(`undici:websocket:${frame}`))).toBe(false);
  await eventually(
    () => resources().length <= before.length,
    `no more than ${before.join()}: ${resources().join()}`,
  );
});

describe('Two sockets of one app', () => {
  it('Two sockets open, and every kind of envelope is taken and acknowledged', async () => {
    const world = await open();
    expect(world.slack.sockets(world.app)).toHaveLength(2);
    world.onEnvelope = (envelope) =>
      void envelope.acknowledge(envelope.acceptsResponsePayload ? { text: 'ok' } : undefined);
    const sent = [message(), blockAction(), slashCommand(), appRateLimited()].map((frame) =>
      world.slack.send(world.installation, frame),
    );
    await world.slack.ledger.allSettled();
    expect(sent.map(({ state }) => state)).toEqual(Array(4).fill('acknowledged'));
    const kinds = world.envelopes.map(({ kind }) => kind).sort();
    expect(kinds).toEqual(['events_api', 'events_api', 'interactive', 'slash_commands']);
    expect(world.slack.ledger.answer(sent[2]!)?.payload).toEqual({ text: 'ok' });
    expect(world.slack.ledger.answer(sent[0]!)?.payload).toBeUndefined();
    expect(world.envelopes.every(({ appId }) => appId === world.app.id)).toBe(true);
  });

  it('Sockets survive all improper frames', async () => {
    const world = await open();
    const [socket] = world.slack.sockets(world.app);
    for (const text of ['', '{', 'null', '[]', '{"type":"events_api","envelope_id":"e","payload":{}}'])
      socket?.sendText(text);
    socket?.sendText(JSON.stringify({ type: 'events_api', envelope_id: 'e', payload: 'x'.repeat(1e6) }));
    socket?.sendBinary(new Uint8Array([1, 2, 3]));
    await world.until(
      () => world.events.filter(({ t }) => t === 'frame_dropped').length === 6,
      'six frames are counted',
    );
    const entry = world.slack.send(world.installation, message(), { to: socket! });
    await world.slack.ledger.settled(entry);
    expect(entry.state).toBe('acknowledged');
  });

  it('Sockets take frames of many hundred kilobytes', async () => {
    const world = await open();
    const entry = world.slack.send(world.installation, message({ text: 'x'.repeat(400_000) }));
    await world.slack.ledger.settled(entry);
    expect(entry.state).toBe('acknowledged');
  });
});

describe('a refresh', () => {
  it.each(['warning', 'refresh_requested'] as const)(
    'A refresh with %s of one socket loses nothing under load',
    async (reason) => {
      const world = await open({ policy: UNLIMITED });
      for (let round = 0; round < 20; round++) {
        const [socket] = world.slack.sockets(world.app);
        for (let n = 0; n < 5; n++) world.slack.send(world.installation, blockAction());
        if (reason === 'warning') socket?.warn();
        else socket?.refresh();
        for (let n = 0; n < 5; n++) world.slack.send(world.installation, blockAction());
        await world.slack.waitUntilSockets(
          (sockets) => sockets.length === 2 && sockets.every((each) => each !== socket),
        );
      }
      await world.slack.ledger.allSettled();
      expect(world.slack.ledger.lost()).toHaveLength(0);
      expect(world.slack.ledger.unrouted()).toHaveLength(0);
      expect(world.slack.ledger.acknowledged()).toHaveLength(200);
    },
  );

  it('A refresh by the program loses nothing: an envelope that crosses the goodbye is acknowledged', async () => {
    const world = await open({ policy: UNLIMITED });
    const tokens = [world.token];
    for (let round = 0; round < 20; round++) {
      tokens.push(world.app.createAppToken());
      world.want(...tokens);
      // Without a pause, so that some of it is on its way when the old sockets are closed.
      while (
        world.status?.t !== 'live' ||
        world.slack.sockets(world.app).some(({ token }) => token !== tokens.at(-1))
      ) {
        world.slack.send(world.installation, blockAction());
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    await world.slack.ledger.allSettled();
    expect(world.slack.ledger.lost()).toHaveLength(0);
    expect(world.slack.ledger.unrouted()).toHaveLength(0);
  });
});

it('A socket that Slack has closed is noticed at once, although Slack leaves TCP open', async () => {
  const world = await open();
  const [socket] = world.slack.sockets(world.app);
  socket?.close(1001);
  await world.until(() => world.status?.t === 'degraded', 'the close is noticed');
  await world.live();
  const states = world.events.flatMap((event) => (event.t === 'socket_state' ? [event.to] : []));
  expect(states).not.toContain('suspect');
  expect(world.events).toContainEqual(
    expect.objectContaining({ to: 'closed', why: 'the socket was closed (code 1001)' }),
  );
});

describe('a path that falls silent', () => {
  it('A path that falls silent is replaced within 5 s, while the other socket continues', async () => {
    const world = await open();
    const [frozen] = world.slack.sockets(world.app);
    const since = performance.now();
    frozen?.freeze();
    await world.until(() => world.status?.t === 'renewing', 'the silence is noticed');
    await world.live();
    expect(performance.now() - since).toBeLessThan(5_000);
  });

  it('A silent path of all sockets at once, as when a laptop changes networks, ends in new ones within 5 s', async () => {
    const world = await start();
    const proxy = await startHalfOpenProxy(world.slack.url);
    // Slack tells the address to dial; here, the proxy's.
    const answers: string[] = [];
    for (let n = 0; n < 4; n++) {
      const reply = await fetch(`${world.slack.apiUrl}apps.connections.open`, {
        method: 'POST',
        headers: { authorization: `Bearer ${world.token}` },
      });
      answers.push((await reply.text()).replace(new URL(world.slack.url).host, proxy.host));
    }
    for (const body of answers)
      world.slack.faults.api('apps.connections.open', { t: 'status', status: 200, body });
    await world.open();
    expect(proxy.connections).toBe(2);
    const since = performance.now();
    proxy.silence();
    await world.until(() => world.status?.t !== 'live', 'the silence is noticed');
    await world.live();
    expect(performance.now() - since).toBeLessThan(5_000);
    await world.stop();
    await proxy.stop();
  });
});

describe('Sockets that Slack refuses', () => {
  it('A refusal of Slack ends in a status, not in an error of the process', async () => {
    const world = await start();
    world.slack.revoke(world.token);
    world.want(world.token);
    await world.until(() => world.status?.t === 'broken', 'broken');
    expect(world.status).toMatchObject({ t: 'broken', error: 'token_revoked' });
  });

  it('A token that is revoked while its sockets live is found at the next renewal', async () => {
    const world = await open();
    world.slack.revoke(world.token, 'invalid_auth');
    for (const socket of world.slack.sockets(world.app)) socket.refresh();
    await world.until(() => world.status?.t === 'broken', 'broken');
    expect(world.status).toMatchObject({ error: 'invalid_auth' });
  });

  it('Sockets come back after Socket Mode was switched off and on again', async () => {
    const world = await open({ clock: scaledClock(200) });
    world.slack.setSocketMode(world.app, false);
    await world.until(() => world.status?.t === 'broken', 'broken');
    expect(world.status).toMatchObject({ error: 'link_disabled' });
    world.slack.setSocketMode(world.app, true);
    await world.live();
  });

  it('An eleventh socket is refused: ours wait until there is room', async () => {
    const world = await start({ clock: scaledClock(200) });
    const removeGhosts = world.slack.addGhosts(world.app, 9);
    world.want(world.token);
    await world.until(
      () => world.status?.sockets === 1 && world.status.t === 'degraded',
      'one socket, and no room',
    );
    expect(world.status?.foreign).toBe(9);
    removeGhosts();
    await world.live(20_000);
  });
});

describe('an opening that goes wrong', () => {
  it.each([
    [
      'a call that hangs',
      (world: SocketsWorld) => world.slack.faults.api('apps.connections.open', { t: 'hang' }),
    ],
    [
      'a reset call',
      (world: SocketsWorld) => world.slack.faults.api('apps.connections.open', { t: 'reset' }),
    ],
    [
      'HTTP 500',
      (world: SocketsWorld) => world.slack.faults.api('apps.connections.open', { t: 'status', status: 500 }),
    ],
    [
      'a page of a proxy',
      (world: SocketsWorld) =>
        world.slack.faults.api('apps.connections.open', {
          t: 'status',
          status: 200,
          body: '<html>Sign in</html>',
        }),
    ],
    [
      'internal_error',
      (world: SocketsWorld) =>
        world.slack.faults.api('apps.connections.open', { t: 'error', error: 'internal_error' }),
    ],
    [
      'a rate limit',
      (world: SocketsWorld) =>
        world.slack.faults.api('apps.connections.open', { t: 'rate_limited', retryAfter: 3 }),
    ],
    ['a refused upgrade', (world: SocketsWorld) => world.slack.faults.dial({ t: 'refuse', status: 408 })],
    [
      'an upgrade answered with 200',
      (world: SocketsWorld) => world.slack.faults.dial({ t: 'refuse', status: 200 }),
    ],
    ['an upgrade that hangs', (world: SocketsWorld) => world.slack.faults.dial({ t: 'hang' })],
    ['a reset upgrade', (world: SocketsWorld) => world.slack.faults.dial({ t: 'reset' })],
    ['no hello', (world: SocketsWorld) => world.slack.faults.hello({ t: 'hang' })],
    ['garbage for a hello', (world: SocketsWorld) => world.slack.faults.hello({ t: 'garbage' })],
    ['a close for a hello', (world: SocketsWorld) => world.slack.faults.hello({ t: 'close', code: 1011 })],
    ['a reset for a hello', (world: SocketsWorld) => world.slack.faults.hello({ t: 'reset' })],
    [
      'a warning for a hello',
      (world: SocketsWorld) => world.slack.faults.hello({ t: 'disconnect', reason: 'warning' }),
    ],
  ])('An opening that goes wrong is repeated: %s', async (_name, fault) => {
    const world = await start({ clock: scaledClock(20) });
    fault(world);
    await world.open();
    const entry = world.slack.send(world.installation, slashCommand());
    await world.slack.ledger.settled(entry);
    expect(entry.state).toBe('acknowledged');
    await eventually(() => world.slack.connections(world.app) === 2, 'only two sockets at Slack');
  });
});

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

it('An app that is refused does not disturb another app', async () => {
  const world = await start();
  const other = world.slack.addApp('Other');
  const token = other.createAppToken();
  world.slack.revoke(token);
  world.sockets.reconcile(
    new Map([
      [world.app.id, [{ token: world.token, setAt: 1 }]],
      [other.id, [{ token, setAt: 1 }]],
    ]),
  );
  await world.live();
  await world.until(() => world.sockets.status(other.id)?.t === 'broken', 'the other is broken');
  expect(world.status).toMatchObject({ t: 'live' });
});
