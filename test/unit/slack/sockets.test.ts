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
import { SlackRig, type SlackRigOptions } from '../../world/slack-sockets.js';
import { UNLIMITED } from '../../world/policies.js';

const rigs: SlackRig[] = [];

async function start(options: SlackRigOptions = {}): Promise<SlackRig> {
  const rig = await SlackRig.start(options);
  rigs.push(rig);
  return rig;
}

async function open(options: SlackRigOptions = {}): Promise<SlackRig> {
  const rig = await start(options);
  await rig.open();
  return rig;
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
  await Promise.all(rigs.splice(0).map((rig) => rig.stop()));
  expect(['ping', 'pong'].some((frame) => hasSubscribers(`undici:websocket:${frame}`))).toBe(false);
  await eventually(
    () => resources().length <= before.length,
    `no more than ${before.join()}: ${resources().join()}`,
  );
});

describe('two sockets', () => {
  it('Two sockets open, and every kind of envelope is taken and acknowledged', async () => {
    const rig = await open();
    expect(rig.slack.sockets(rig.app)).toHaveLength(2);
    rig.onEnvelope = (envelope) =>
      void rig.sockets.acknowledge(envelope, envelope.acceptsResponsePayload ? { text: 'ok' } : undefined);
    const sent = [message(), blockAction(), slashCommand(), appRateLimited()].map((frame) =>
      rig.slack.send(rig.installation, frame),
    );
    await rig.slack.ledger.allSettled();
    expect(sent.map(({ state }) => state)).toEqual(Array(4).fill('acknowledged'));
    const kinds = rig.envelopes.map(({ kind }) => kind).sort();
    expect(kinds).toEqual(['events_api', 'events_api', 'interactive', 'slash_commands']);
    expect(rig.slack.ledger.answer(sent[2]!)?.payload).toEqual({ text: 'ok' });
    expect(rig.slack.ledger.answer(sent[0]!)?.payload).toBeUndefined();
    expect(rig.envelopes.every(({ appId }) => appId === rig.app.id)).toBe(true);
  });

  it('Sockets survive all improper frames', async () => {
    const rig = await open();
    const [socket] = rig.slack.sockets(rig.app);
    for (const text of ['', '{', 'null', '[]', '{"type":"events_api","envelope_id":"e","payload":{}}'])
      socket?.sendText(text);
    socket?.sendText(JSON.stringify({ type: 'events_api', envelope_id: 'e', payload: 'x'.repeat(1e6) }));
    socket?.sendBinary(new Uint8Array([1, 2, 3]));
    await rig.until(
      () => rig.events.filter(({ t }) => t === 'frame_dropped').length === 6,
      'six frames are counted',
    );
    const entry = rig.slack.send(rig.installation, message(), { to: socket! });
    await rig.slack.ledger.settled(entry);
    expect(entry.state).toBe('acknowledged');
  });

  it('Sockets take frames of many megabytes', async () => {
    const rig = await open();
    const entry = rig.slack.send(rig.installation, message({ text: 'x'.repeat(5_000_000) }));
    await rig.slack.ledger.settled(entry);
    expect(entry.state).toBe('acknowledged');
  });
});

describe('a refresh', () => {
  it.each(['warning', 'refresh_requested'] as const)(
    'A refresh with %s of one socket loses nothing under load',
    async (reason) => {
      const rig = await open({ policy: UNLIMITED });
      for (let round = 0; round < 20; round++) {
        const [socket] = rig.slack.sockets(rig.app);
        for (let n = 0; n < 5; n++) rig.slack.send(rig.installation, blockAction());
        if (reason === 'warning') socket?.warn();
        else socket?.refresh();
        for (let n = 0; n < 5; n++) rig.slack.send(rig.installation, blockAction());
        await rig.slack.waitUntilSockets(
          (sockets) => sockets.length === 2 && sockets.every((each) => each !== socket),
        );
      }
      await rig.slack.ledger.allSettled();
      expect(rig.slack.ledger.lost()).toHaveLength(0);
      expect(rig.slack.ledger.unrouted()).toHaveLength(0);
      expect(rig.slack.ledger.acknowledged()).toHaveLength(200);
    },
  );

  it('A refresh by the program loses nothing: an envelope that crosses the goodbye is acknowledged', async () => {
    const rig = await open({ policy: UNLIMITED });
    const tokens = [rig.token];
    for (let round = 0; round < 20; round++) {
      tokens.push(rig.app.createAppToken());
      rig.want(...tokens);
      // Without a pause, so that some of it is on its way when the old sockets are closed.
      while (
        rig.status?.t !== 'live' ||
        rig.slack.sockets(rig.app).some(({ token }) => token !== tokens.at(-1))
      ) {
        rig.slack.send(rig.installation, blockAction());
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    await rig.slack.ledger.allSettled();
    expect(rig.slack.ledger.lost()).toHaveLength(0);
    expect(rig.slack.ledger.unrouted()).toHaveLength(0);
  });
});

it('A socket that Slack has closed is noticed at once, although Slack leaves TCP open', async () => {
  const rig = await open();
  const [socket] = rig.slack.sockets(rig.app);
  socket?.close(1001);
  await rig.until(() => rig.status?.t === 'degraded', 'the close is noticed');
  await rig.live();
  const states = rig.events.flatMap((event) => (event.t === 'socket_state' ? [event.to] : []));
  expect(states).not.toContain('suspect');
  expect(rig.events).toContainEqual(
    expect.objectContaining({ to: 'closed', why: 'the socket was closed (code 1001)' }),
  );
});

describe('a path that falls silent', () => {
  it('A path that falls silent is replaced within 5 s, while the other socket continues', async () => {
    const rig = await open();
    const [frozen] = rig.slack.sockets(rig.app);
    const since = performance.now();
    frozen?.freeze();
    await rig.until(() => rig.status?.t === 'renewing', 'the silence is noticed');
    await rig.live();
    expect(performance.now() - since).toBeLessThan(5_000);
  });

  it('A silent path of all sockets at once, as when a laptop changes networks, ends in new ones within 5 s', async () => {
    const rig = await start();
    const proxy = await startHalfOpenProxy(rig.slack.url);
    // Slack tells the address to dial; here, the proxy's.
    const answers: string[] = [];
    for (let n = 0; n < 4; n++) {
      const reply = await fetch(`${rig.slack.apiUrl}apps.connections.open`, {
        method: 'POST',
        headers: { authorization: `Bearer ${rig.token}` },
      });
      answers.push((await reply.text()).replace(new URL(rig.slack.url).host, proxy.host));
    }
    for (const body of answers)
      rig.slack.faults.api('apps.connections.open', { t: 'status', status: 200, body });
    await rig.open();
    expect(proxy.connections).toBe(2);
    const since = performance.now();
    proxy.silence();
    await rig.until(() => rig.status?.t !== 'live', 'the silence is noticed');
    await rig.live();
    expect(performance.now() - since).toBeLessThan(5_000);
    await rig.stop();
    await proxy.stop();
  });
});

describe('what Slack refuses', () => {
  it('A refusal of Slack ends in a status, not in an error of the process', async () => {
    const rig = await start();
    rig.slack.revoke(rig.token);
    rig.want(rig.token);
    await rig.until(() => rig.status?.t === 'broken', 'broken');
    expect(rig.status).toMatchObject({ t: 'broken', error: 'token_revoked' });
  });

  it('A token that is revoked while its sockets live is found at the next renewal', async () => {
    const rig = await open();
    rig.slack.revoke(rig.token, 'invalid_auth');
    for (const socket of rig.slack.sockets(rig.app)) socket.refresh();
    await rig.until(() => rig.status?.t === 'broken', 'broken');
    expect(rig.status).toMatchObject({ error: 'invalid_auth' });
  });

  it('Sockets come back after Socket Mode was switched off and on again', async () => {
    const rig = await open({ clock: scaledClock(200) });
    rig.slack.setSocketMode(rig.app, false);
    await rig.until(() => rig.status?.t === 'broken', 'broken');
    expect(rig.status).toMatchObject({ error: 'link_disabled' });
    rig.slack.setSocketMode(rig.app, true);
    await rig.live();
  });

  it('An eleventh socket is refused: ours wait until there is room', async () => {
    const rig = await start({ clock: scaledClock(200) });
    const removeGhosts = rig.slack.addGhosts(rig.app, 9);
    rig.want(rig.token);
    await rig.until(
      () => rig.status?.sockets === 1 && rig.status.t === 'degraded',
      'one socket, and no room',
    );
    expect(rig.status?.ghosts).toBe(9);
    removeGhosts();
    await rig.live(20_000);
  });
});

describe('an opening that goes wrong', () => {
  it.each([
    ['a call that hangs', (rig: SlackRig) => rig.slack.faults.api('apps.connections.open', { t: 'hang' })],
    ['a reset call', (rig: SlackRig) => rig.slack.faults.api('apps.connections.open', { t: 'reset' })],
    [
      'HTTP 500',
      (rig: SlackRig) => rig.slack.faults.api('apps.connections.open', { t: 'status', status: 500 }),
    ],
    [
      'a page of a proxy',
      (rig: SlackRig) =>
        rig.slack.faults.api('apps.connections.open', {
          t: 'status',
          status: 200,
          body: '<html>Sign in</html>',
        }),
    ],
    [
      'internal_error',
      (rig: SlackRig) =>
        rig.slack.faults.api('apps.connections.open', { t: 'error', error: 'internal_error' }),
    ],
    [
      'a rate limit',
      (rig: SlackRig) => rig.slack.faults.api('apps.connections.open', { t: 'rate_limited', retryAfter: 3 }),
    ],
    ['a refused upgrade', (rig: SlackRig) => rig.slack.faults.dial({ t: 'refuse', status: 408 })],
    ['an upgrade answered with 200', (rig: SlackRig) => rig.slack.faults.dial({ t: 'refuse', status: 200 })],
    ['an upgrade that hangs', (rig: SlackRig) => rig.slack.faults.dial({ t: 'hang' })],
    ['a reset upgrade', (rig: SlackRig) => rig.slack.faults.dial({ t: 'reset' })],
    ['no hello', (rig: SlackRig) => rig.slack.faults.hello({ t: 'hang' })],
    ['garbage for a hello', (rig: SlackRig) => rig.slack.faults.hello({ t: 'garbage' })],
    ['a close for a hello', (rig: SlackRig) => rig.slack.faults.hello({ t: 'close', code: 1011 })],
    ['a reset for a hello', (rig: SlackRig) => rig.slack.faults.hello({ t: 'reset' })],
    [
      'a warning for a hello',
      (rig: SlackRig) => rig.slack.faults.hello({ t: 'disconnect', reason: 'warning' }),
    ],
  ])('An opening that goes wrong is repeated: %s', async (_name, fault) => {
    const rig = await start({ clock: scaledClock(20) });
    fault(rig);
    await rig.open();
    const entry = rig.slack.send(rig.installation, slashCommand());
    await rig.slack.ledger.settled(entry);
    expect(entry.state).toBe('acknowledged');
    await eventually(() => rig.slack.connections(rig.app) === 2, 'only two sockets at Slack');
  });
});

describe('stop', () => {
  it('A stop sends the pending acknowledgements and closes everything', async () => {
    const rig = await open();
    const held: (() => void)[] = [];
    rig.onEnvelope = (envelope) => held.push(() => void rig.sockets.acknowledge(envelope));
    for (let n = 0; n < 50; n++) rig.slack.send(rig.installation, blockAction());
    await eventually(() => held.length === 50, 'all have arrived');
    const stopped = rig.sockets.stop();
    for (const release of held) release();
    await stopped;
    await rig.slack.ledger.allSettled();
    expect(rig.slack.ledger.acknowledged()).toHaveLength(50);
    expect(rig.slack.connections(rig.app)).toBe(0);
    expect(rig.sockets.stop()).toBe(rig.sockets.stop());
  });

  it('A stop takes the envelopes that Slack had already sent', async () => {
    const rig = await open();
    for (let n = 0; n < 50; n++) rig.slack.send(rig.installation, blockAction());
    await rig.sockets.stop();
    await rig.slack.ledger.allSettled();
    expect(rig.slack.ledger.acknowledged()).toHaveLength(50);
  });

  it.each(['fetching_url', 'dialling', 'awaiting_hello'] as const)(
    'A stop while a socket is %s leaves none behind',
    async (state) => {
      const rig = await start();
      if (state === 'fetching_url')
        rig.slack.faults.api('apps.connections.open', { t: 'hang' }, { times: 9 });
      if (state === 'dialling') rig.slack.faults.dial({ t: 'hang' }, { times: 9 });
      if (state === 'awaiting_hello') rig.slack.faults.hello({ t: 'hang' }, { times: 9 });
      rig.want(rig.token);
      if (state !== 'fetching_url')
        await rig.until(
          () => rig.events.some((event) => event.t === 'socket_state' && event.to === state),
          state,
        );
      await rig.sockets.stop();
      expect(rig.slack.sockets(rig.app)).toHaveLength(0);
    },
  );

  it('A stop is not held up by a silent path for longer than its limit', async () => {
    const clock = new HandClock();
    const policy = { ...DEFAULT_POLICY, pool: { ...DEFAULT_POLICY.pool, staggerMs: 0 } };
    const rig = await start({ clock, policy, slack: { clock: systemClock } });
    rig.want(rig.token);
    await eventually(async () => {
      await clock.advance(0);
      return rig.status?.t === 'live';
    }, 'two sockets');
    rig.onEnvelope = () => undefined;
    rig.slack.send(rig.installation, message());
    await eventually(() => rig.envelopes.length === 1, 'it has arrived');
    for (const socket of rig.slack.sockets(rig.app)) socket.freeze();
    let stopped = false;
    void rig.sockets.stop().then(() => (stopped = true));
    // The time in which an acknowledgement may still go out, and the second in which a socket is closed by force.
    await clock.advance(policy.acknowledgeMs);
    await clock.advance(1_000);
    await eventually(() => stopped, 'the end of the stop');
  });

  it('The end of one app ends its call for a URL that hangs', async () => {
    const rig = await start();
    rig.slack.faults.api('apps.connections.open', { t: 'hang' }, { times: 9 });
    const without = resources().length;
    rig.want(rig.token);
    await rig.slack.calls.waitFor(({ method }) => method === 'apps.connections.open');
    rig.sockets.reconcile(new Map());
    await eventually(() => resources().length <= without, 'the call is over');
  });

  it('The sockets of an app that is not wanted any more close', async () => {
    const rig = await open();
    rig.sockets.reconcile(new Map());
    expect(rig.status).toBeUndefined();
    await eventually(() => rig.slack.connections(rig.app) === 0, 'no socket at Slack');
  });
});

it('An app that is refused does not disturb another app', async () => {
  const rig = await start();
  const other = rig.slack.addApp('Other');
  const token = other.createAppToken();
  rig.slack.revoke(token);
  rig.sockets.reconcile(
    new Map([
      [rig.app.id, [{ token: rig.token, setAt: 1 }]],
      [other.id, [{ token, setAt: 1 }]],
    ]),
  );
  await rig.live();
  await rig.until(() => rig.sockets.status(other.id)?.t === 'broken', 'the other is broken');
  expect(rig.status).toMatchObject({ t: 'live' });
});
