import { describe, expect, it } from 'vitest';
import { appRateLimited } from '../../../src/sim/slack/frames/happenings.js';
import { blockAction } from '../../../src/sim/slack/frames/interactions.js';
import { message } from '../../../src/sim/slack/frames/messages.js';
import { slashCommand } from '../../../src/sim/slack/frames/slash-command.js';
import { startHalfOpenProxy } from '../../helpers/half-open-proxy.js';
import { UNLIMITED } from '../../world/policies.js';
import { start, open } from './sockets-rig.js';

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
