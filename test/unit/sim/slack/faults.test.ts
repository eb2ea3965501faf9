import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { appMention, message } from '../../../../src/sim/slack/frames/messages.js';
import { slashCommand } from '../../../../src/sim/slack/frames/slash-command.js';
import type { LinkSocket } from '../../../../src/sim/slack/link/link-socket.js';
import type { ScriptedSlackOptions } from '../../../../src/sim/slack/options.js';
import { call, Client, openUrl, refusedWith } from './client.js';
import { SOON, stage, type Stage } from './setup.js';

async function withSocket(
  options: ScriptedSlackOptions = {},
): Promise<Stage & { client: Client; socket: LinkSocket }> {
  const on = await stage(options);
  const client = await Client.open(on.slack.apiUrl, on.appToken);
  const [socket] = await on.slack.waitForSockets(on.app, 1);
  return { ...on, client, socket: socket! };
}

describe('the Web API', () => {
  it('The Web API answers what it is told to, as often as it is told to', async () => {
    const { slack, installation, appToken } = await stage();
    const test = (): Promise<unknown> => call(slack.apiUrl, 'auth.test', installation.botToken);
    slack.faults.api('auth.test', { t: 'error', error: 'internal_error' }, { times: 2 });
    expect(await test()).toEqual({ ok: false, error: 'internal_error' });
    expect(await call(slack.apiUrl, 'apps.connections.open', appToken)).toMatchObject({ ok: true });
    expect(await test()).toEqual({ ok: false, error: 'internal_error' });
    expect(await test()).toMatchObject({ ok: true });
    const more = { needed: 'users:read', provided: 'commands' };
    slack.faults.api('*', { t: 'error', error: 'missing_scope', more });
    expect(await test()).toEqual({ ok: false, error: 'missing_scope', ...more });
    const lift = slack.faults.api('auth.test', { t: 'error', error: 'fatal_error' }, { times: Infinity });
    expect(await test()).toMatchObject({ ok: false });
    lift();
    expect(await test()).toMatchObject({ ok: true });
  });

  it('The Web API limits rates, fails and is garbled by proxies on request', async () => {
    const { slack, installation } = await stage();
    const test = (): Promise<Response> =>
      fetch(`${slack.apiUrl}auth.test`, { headers: { authorization: `Bearer ${installation.botToken}` } });
    slack.faults.api('auth.test', { t: 'rate_limited', retryAfter: 30 });
    const limited = await test();
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '30']);
    expect(await limited.json()).toEqual({ ok: false, error: 'ratelimited' });
    slack.faults.api('auth.test', { t: 'status', status: 503 });
    const failed = await test();
    expect([failed.status, await failed.text()]).toEqual([503, '<html>503</html>']);
    slack.faults.api('auth.test', { t: 'status', status: 200, body: '<p>log in to the guest network' });
    expect(await (await test()).text()).toMatch(/guest network/);
  });

  it('The Web API hangs, answers slowly, and resets before or after the call was carried out', async () => {
    const { slack, workspace, installation, clock } = await stage();
    const channel = workspace.channels[0]!;
    const post = (signal?: AbortSignal): Promise<Response> =>
      fetch(`${slack.apiUrl}chat.postMessage`, {
        method: 'POST',
        headers: { authorization: `Bearer ${installation.botToken}` },
        body: new URLSearchParams({ channel: channel.id, text: 'x' }),
        ...(signal === undefined ? {} : { signal }),
      });
    slack.faults.api('chat.postMessage', { t: 'hang' });
    const leave = new AbortController();
    const hanging = post(leave.signal);
    await slack.calls.waitFor((each) => each.method === 'chat.postMessage' && each.status === undefined);
    leave.abort();
    await expect(hanging).rejects.toThrow();
    slack.faults.api('chat.postMessage', { t: 'reset' });
    await expect(post()).rejects.toThrow();
    expect(channel.messages).toHaveLength(0);
    slack.faults.api('chat.postMessage', { t: 'reset', after: true });
    await expect(post()).rejects.toThrow();
    expect(channel.messages).toHaveLength(1);
    slack.faults.api('chat.postMessage', { t: 'slow', delay: 500 });
    const slow = post();
    await slack.calls.waitFor((each) => each.method === 'chat.postMessage' && each.status === 200);
    await clock.advance(500);
    expect(await (await slow).json()).toMatchObject({ ok: true });
  });

  it('The Web API can fail for one token only', async () => {
    const { slack, app, workspace, installation } = await stage();
    const other = slack.install(app, workspace);
    slack.faults.api(
      'auth.test',
      { t: 'error', error: 'team_disabled' },
      { times: Infinity, when: ({ token }) => token === other.botToken },
    );
    expect(await call(slack.apiUrl, 'auth.test', installation.botToken)).toMatchObject({ ok: true });
    expect(await call(slack.apiUrl, 'auth.test', other.botToken)).toMatchObject({ error: 'team_disabled' });
    slack.faults.clear();
    expect(await call(slack.apiUrl, 'auth.test', other.botToken)).toMatchObject({ ok: true });
  });
});

describe('Faults of the scripted Slack while a socket is dialled', () => {
  it('Dialling is refused with any status on request', async () => {
    const { slack, appToken } = await stage();
    for (const status of [408, 409, 503, 200]) {
      slack.faults.dial({ t: 'refuse', status });
      expect(await refusedWith(await openUrl(slack.apiUrl, appToken))).toBe(status);
    }
  });

  it('Dialling hangs or is reset on request', async () => {
    const { slack, app, appToken } = await stage();
    slack.faults.dial({ t: 'hang' });
    const hanging = Client.dial(await openUrl(slack.apiUrl, appToken));
    slack.faults.dial({ t: 'reset' }, { when: ({ appId }) => appId === app.id });
    const reset = Client.dial(await openUrl(slack.apiUrl, appToken));
    await reset.until(() => reset.closeCode === 1006);
    expect(hanging.ws.readyState).toBe(hanging.ws.CONNECTING);
    hanging.ws.terminate();
  });

  it('Dialling ends in a hello that is missing, late or another frame', async () => {
    const { slack, app, appToken, clock } = await stage();
    const dial = async (): Promise<Client> => Client.dial(await openUrl(slack.apiUrl, appToken));
    slack.faults.hello({ t: 'hang' });
    const hanging = await dial();
    await once(hanging.ws, 'open');
    slack.faults.hello({ t: 'slow', delay: 1_000 });
    const slow = await dial();
    await once(slow.ws, 'open');
    await clock.advance(1_000);
    await slow.until(() => slow.frames.length === 1);
    expect(slow.hello.type).toBe('hello');
    expect(hanging.frames).toEqual([]);
    slack.faults.hello({ t: 'garbage' });
    const garbled = await dial();
    await garbled.until(() => garbled.frames.length === 1);
    expect(garbled.hello).toEqual({ garbage: 'not JSON {' });
    slack.faults.hello({ t: 'disconnect', reason: 'too_many_websockets' });
    const refused = await dial();
    await refused.until(() => refused.hello.reason === 'too_many_websockets');
    slack.faults.hello({ t: 'close', code: 1008 });
    const closed = await dial();
    await closed.until(() => closed.closeCode === 1008);
    slack.faults.hello({ t: 'reset' });
    const reset = await dial();
    await reset.until(() => reset.closeCode === 1006);
    expect(slack.connections(app)).toBe(1);
    for (const each of [hanging, slow, garbled, refused, closed]) each.ws.terminate();
  });
});

describe('a socket', () => {
  it('A frozen socket passes nothing either way and reports nothing, and Slack still routes to it', async () => {
    const { slack, app, installation, client, socket, clock } = await withSocket();
    socket.freeze();
    const entry = slack.send(installation, slashCommand());
    await clock.advance(3_000);
    expect(entry.attempts).toMatchObject([
      { outcome: 'timed_out', socketId: socket.id, trouble: { t: 'frozen' } },
    ]);
    expect(slack.ledger.unreachable()).toEqual([entry]);
    expect(client.frames).toHaveLength(1);
    expect(slack.connections(app)).toBe(1);
    socket.thaw();
    await client.waitFor((frame) => frame.type === 'slash_commands');
    await slack.ledger.waitFor((each) => slack.ledger.late().includes(each));
    expect(entry.state).toBe('given_up');
  });

  it('A socket that has been silent for long is forgotten', async () => {
    const { slack, app, client, socket, clock } = await withSocket({ frozenFor: 30_000 });
    socket.freeze();
    await clock.advance(30_000 - 1);
    expect(slack.connections(app)).toBe(1);
    await clock.advance(1);
    expect(slack.connections(app)).toBe(0);
    await client.until(() => client.closeCode === 1006);
  });

  it('A socket that swallows acknowledgements makes Slack send the event again', async () => {
    const { slack, installation, socket, clock } = await withSocket();
    socket.swallow();
    const entry = slack.send(installation, message());
    await expect.poll(() => socket.received.texts, SOON).toBe(1);
    await clock.advance(3_000);
    socket.thaw();
    await clock.advance(1_000);
    await slack.ledger.settled(entry);
    expect(entry.state).toBe('acknowledged');
    expect(entry.attempts[0]).toMatchObject({ outcome: 'timed_out', trouble: { t: 'deaf' } });
  });

  it('A socket passes its bytes slowly on request', async () => {
    const { slack, installation, client, socket, clock } = await withSocket();
    socket.drip({ bytes: 300, every: 100 });
    const entry = slack.send(installation, message());
    await clock.advance(300);
    expect(client.frames).toHaveLength(1);
    await clock.advance(700);
    await slack.ledger.settled(entry);
    expect(entry.state).toBe('acknowledged');
    socket.drip({ bytes: 1, every: 1_000 });
    const lost = slack.send(installation, slashCommand());
    await clock.advance(3_000);
    expect(lost.state).toBe('given_up');
    expect(client.frames).toHaveLength(2);
    socket.thaw();
    await client.waitFor((frame) => frame.type === 'slash_commands');
  });

  it('A socket is reset or closed with a code on request', async () => {
    const { slack, app, appToken, client, socket } = await withSocket();
    socket.reset();
    await client.until(() => client.closeCode === 1006);
    expect(slack.connections(app)).toBe(0);
    await Client.open(slack.apiUrl, appToken);
    const [second] = await slack.waitForSockets(app, 1);
    second!.close(1011, 'trouble at Slack');
    expect(slack.connections(app)).toBe(0);
  });

  it('A socket sends frames that are malformed, huge, binary or of an unknown type', async () => {
    const { slack, app, client, socket } = await withSocket();
    expect(slack.sendText(app, '{"envelope_id": ')).toBe(true);
    slack.sendText(app, JSON.stringify({ type: 'surprise', envelope_id: 'e1', payload: null }));
    slack.sendText(app, JSON.stringify({ type: 'huge', text: 'x'.repeat(5 * 1024 * 1024) }));
    socket.sendBinary(Buffer.from([0, 255, 1]));
    await client.until(() => client.frames.length === 5);
    expect(client.frames.slice(1, 3)).toMatchObject([{ garbage: '{"envelope_id": ' }, { type: 'surprise' }]);
    expect(slack.sendText(slack.addApp(), 'x')).toBe(false);
  });

  it('A socket counts frames that it cannot use', async () => {
    const { slack, installation, client } = await withSocket();
    client.ws.send('not JSON');
    client.ws.send('{"envelope_id": 7}');
    client.ws.send('{"envelope_id": "never-sent"}');
    await slack.ledger.settled(slack.send(installation, message()));
    expect(slack.ledger.strays).toEqual({ malformed: 2, unknownEnvelope: 1 });
  });
});

describe('Faults of the scripted Slack in delivery', () => {
  it('Slack sends envelopes twice on request', async () => {
    const { slack, installation, client } = await withSocket();
    slack.faults.delivery({ duplicate: 1 });
    const entry = slack.send(installation, message());
    await client.until(() => client.frames.length === 3);
    expect(client.frames[1]).toEqual(client.frames[2]);
    expect(entry.attempts).toMatchObject([{ copies: 2 }]);
    await slack.ledger.waitFor((each) => each.attempts[0]?.acknowledgements.length === 2);
    expect(slack.ledger.strays.unknownEnvelope).toBe(0);
  });

  it('Slack holds some envelopes back on request, so that they come out of order', async () => {
    const { slack, installation, client, clock } = await withSocket();
    const lift = slack.faults.delivery({ hold: 0.5, holdFor: 2_000 });
    for (let sent = 0; sent < 20; sent += 1) slack.send(installation, message({ text: String(sent) }));
    await clock.advance(2_000);
    await client.until(() => client.frames.length === 21);
    const order = client.frames.slice(1).map((frame) => {
      const { event } = frame.payload as { event: { text: string } };
      return Number(event.text);
    });
    expect(order).not.toEqual(order.toSorted((one, other) => one - other));
    lift();
    await slack.ledger.allSettled();
    expect(slack.ledger.acknowledged()).toHaveLength(20);
  });

  it('Slack ignores an acknowledgement on request and sends again, with the same envelope if told so', async () => {
    const { slack, installation, socket, clock } = await withSocket();
    const lift = slack.faults.delivery({ loseAck: 1, sameEnvelope: 1 });
    const entry = slack.send(installation, message());
    await expect.poll(() => socket.received.texts, SOON).toBe(1);
    await clock.advance(3_000);
    expect(entry.attempts[0]?.outcome).toBe('timed_out');
    lift();
    slack.faults.delivery({ sameEnvelope: 1 });
    await clock.advance(1_000);
    await slack.ledger.settled(entry);
    expect(entry.state).toBe('acknowledged');
    expect(entry.attempts[1]?.envelopeId).toBe(entry.attempts[0]?.envelopeId);
  });

  it('Slack never sends a slash command or an interaction again', async () => {
    const { slack, installation, client, clock } = await withSocket();
    client.onEnvelope = () => undefined;
    const entry = slack.send(installation, slashCommand());
    await clock.advance(600_000);
    expect(entry).toMatchObject({ state: 'given_up', attempts: [{ outcome: 'timed_out' }] });
    expect(slack.ledger.unreachable()).toEqual([]);
  });

  it('Slack finds no socket and sends again only events', async () => {
    const { slack, app, installation, appToken, clock } = await stage();
    const command = slack.send(installation, slashCommand());
    expect(command.state).toBe('given_up');
    const event = slack.send(installation, appMention({ text: 'are you there' }));
    expect(event).toMatchObject({ state: 'pending', attempts: [{ outcome: 'unrouted' }] });
    const client = await Client.open(slack.apiUrl, appToken);
    await slack.waitForSockets(app, 1);
    await clock.advance(1_000);
    await slack.ledger.settled(event);
    expect(event.state).toBe('acknowledged');
    const frame = await client.waitFor((each) => each.type === 'events_api');
    expect(frame.retry_attempt).toBeGreaterThan(0);
    expect(slack.ledger.unrouted()).toEqual([command, event]);
  });

  it('Slack tries hourly for a day with Delayed Events on', async () => {
    const { slack, app, installation, clock } = await stage();
    app.delayedEvents = true;
    const entry = slack.send(installation, message());
    await clock.advance(361_000 + 23 * 3_600_000);
    expect(entry.state).toBe('pending');
    await clock.advance(3_600_000);
    expect(entry.state).toBe('given_up');
    expect(entry.attempts).toHaveLength(1 + 3 + 24);
  });

  it('Slack drops events above the hourly cap and says so once a minute', async () => {
    const { slack, installation, client } = await withSocket({ eventsPerHour: 2 });
    const entries = Array.from({ length: 4 }, () => slack.send(installation, message()));
    await slack.ledger.allSettled();
    expect(entries.map((entry) => entry.state)).toEqual([
      'acknowledged',
      'acknowledged',
      'refused',
      'refused',
    ]);
    expect(client.frames.map((frame) => (frame.payload as { type?: string } | undefined)?.type)).toEqual([
      undefined,
      'event_callback',
      'event_callback',
      'app_rate_limited',
    ]);
    const limited = client.frames[3]?.payload as Record<string, unknown>;
    expect(Object.keys(limited)).not.toContain('event');
    expect(Object.keys(limited)).not.toContain('event_id');
  });
});
