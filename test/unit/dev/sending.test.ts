import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objectAt, stringAt, type JsonObject } from '../../../src/core/json.js';
import type { Dev } from '../../../src/dev/start-dev.js';
import type { TimelineEntry } from '../../../src/dev/timeline.js';
import { eventually } from '../../helpers/eventually.js';
import { sendOnline, startAuthorWorld, told, type AuthorWorld } from '../../world/dev-world.js';

let author: AuthorWorld;
let dev: Dev;

beforeAll(async () => {
  author = await startAuthorWorld();
  dev = await author.dev();
}, 60_000);

afterAll(() => author.stop(), 60_000);

async function post(
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<[number, JsonObject]> {
  const response = await fetch(dev.url + path, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
  return [response.status, (await response.json()) as JsonObject];
}

/** The same under another name, as a page has it whose owner has pointed its name at this machine. */
function statusUnder(host: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(`${dev.url}${path}`, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

describe('The HTTP interface of `ak-slack dev`', () => {
  it('What is sent over HTTP starts a session, and the timeline tells of it in order', async () => {
    await sendOnline(dev, { kind: 'message', text: 'first' });
    const [status, { sent }] = await post('/api/send', {
      kind: 'message',
      channel: '#general',
      text: 'over HTTP',
    });
    expect(status).toBe(200);
    const [{ n, payload }] = sent as unknown as [{ n: number; payload: JsonObject }];
    expect(JSON.stringify(payload)).toContain('over HTTP');
    expect(payload['token']).toBeUndefined();
    await told(dev, 'session', (entry) => entry.sent === n && entry.state === 'completed');
    const response = await fetch(`${dev.url}/api/timeline?after=${n - 1}`);
    const { entries } = (await response.json()) as { entries: { t: string; sent?: number; n: number }[] };
    const about = entries.filter((entry) => entry.n === n || entry.sent === n).map(({ t }) => t);
    expect(about).toEqual(['sent', 'acknowledged', 'event', 'session', 'print', 'session']);
  });

  it.each<[string, unknown, string]>([
    ['an unknown kind', { kind: 'shout' }, 'kind'],
    ['a field that there is not', { kind: 'message', txt: 'hi' }, 'txt'],
    ['no JSON', '{', 'the request is not right'],
    ['a frame without a type', { kind: 'frame', frame: { a: 1 } }, 'has no "type"'],
    [
      'a channel that can have no such name',
      { kind: 'message', channel: 'Not A Channel' },
      'cannot be the name',
    ],
    ['a channel that the bot is not in', { kind: 'message', channel: 'random' }, 'the bot is not in #random'],
    ['a button that no message has', { kind: 'click' }, 'no message of a workflow has a button'],
    ['a modal that nobody opened', { kind: 'modal' }, 'no workflow has opened a modal'],
  ])('A request with %s is refused with what is wrong', async (_, body, words) => {
    const before = dev.control.timeline.last;
    const [status, { error }] = await post('/api/send', body);
    expect([status, error]).toEqual([400, expect.stringContaining(words)]);
    const since = dev.control.timeline.after(before).filter(({ t }) => t === 'sent');
    expect(since).toEqual([]);
  });

  it('Pages of other sites send nothing, whatever name they have', async () => {
    const send = { kind: 'message' };
    expect((await post('/api/send', send, { origin: 'https://evil.example' }))[0]).toBe(403);
    expect((await post('/api/send', send, { 'sec-fetch-site': 'cross-site' }))[0]).toBe(403);
    expect(await statusUnder('evil.example', '/api/timeline')).toBe(403);
    expect(await statusUnder(`localhost:${new URL(dev.url).port}`, '/api/timeline')).toBe(200);
  });

  it('A body that is too long is refused, also one that does not say its length', async () => {
    const chunk = 'x'.repeat(1024 * 1024);
    const status = await new Promise((resolve) => {
      const sending = request(`${dev.url}/api/send`, { method: 'POST' }, (response) => {
        response.resume();
        resolve(response.statusCode);
        sending.destroy();
      });
      // What is not read any more cannot be sent.
      sending.on('error', () => undefined);
      for (let sent = 0; sent < 6; sent += 1) sending.write(chunk);
      sending.end();
    });
    expect(status).toBe(413);
  });

  it('The bot that was invited gets what happens in a channel', async () => {
    const n = await sendOnline(dev, { kind: 'message', channel: 'random', join: true });
    expect((await told(dev, 'event', (entry) => entry.sent === n)).eventId).toMatch(/^evt_/);
  });

  it('A call is refused as often as was asked for', async () => {
    await post('/api/refuse', { method: 'chat.postMessage', retryAfter: 7, times: 1 });
    const { slack, installation } = dev.control.world;
    const call = (): Promise<Response> =>
      fetch(`${slack.apiUrl}chat.postMessage`, {
        method: 'POST',
        body: new URLSearchParams({ channel: 'general', text: 'hi' }),
        headers: { authorization: `Bearer ${installation.botToken}` },
      });
    const refused = await call();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '7']);
    expect((await call()).status).toBe(200);
    expect(await told(dev, 'call', ({ ok }) => !ok)).toMatchObject({
      error: 'ratelimited',
      channel: '#general',
    });
  });
});

describe('The timeline of `ak-slack dev`', () => {
  it('It is said that the app does not get such events, or has no such command', () => {
    const [event] = dev.control.send({ kind: 'frame', frame: { type: 'pin_added', user: 'U1' } });
    const [command] = dev.control.send({ kind: 'command', command: '/unknown' });
    expect(event).toMatchObject({
      note: 'The app does not subscribe to pin_added. Slack sends it once your app does.',
    });
    expect(command).toMatchObject({
      note: expect.stringContaining('The app has no slash command /unknown') as string,
    });
    const [message] = dev.control.send({ kind: 'message' });
    expect(message).toMatchObject({ note: '' });
  });

  it('It is said that nobody listens while the project is not deployed', async () => {
    const { server, owner, project } = author;
    await sendOnline(dev, { kind: 'message' });
    const { deployments } = await owner.clients.deployments.list({ projectId: project.projectId });
    for (const { deploymentId } of deployments) await server.system.deployments.deactivate({ deploymentId });
    await eventually(() => dev.control.world.slack.sockets(dev.control.world.app).length === 0, 'no socket');
    const [entry] = dev.control.send({ kind: 'message' });
    await server.deploy(project);
    expect(entry).toMatchObject({ note: expect.stringContaining('no open socket') as string });
  });

  it('A payload of a file is sent as one of the scripted Slack’s own', async () => {
    const n = await sendOnline(dev, {
      kind: 'frame',
      frame: {
        type: 'event_callback',
        team_id: 'T_OTHER',
        api_app_id: 'A_OTHER',
        event: {
          type: 'reaction_added',
          user: 'U1',
          reaction: 'eyes',
          item: { type: 'message', channel: 'C1', ts: '1.1' },
        },
      },
    });
    await told(dev, 'session', (entry) => entry.sent === n && entry.state === 'completed');
    const { text } = await told(dev, 'print', (entry) => entry.sent === n);
    expect(text).toContain('"reaction":"eyes"');
  });

  it('A reply in a thread tells who has begun the thread, as Slack does', () => {
    const eventOf = (entry: TimelineEntry | undefined): JsonObject | undefined =>
      entry?.t === 'sent' ? objectAt(entry.payload, 'event') : undefined;
    const [parent] = dev.control.send({ kind: 'message', text: 'a question', user: 'bob' });
    const thread = stringAt(eventOf(parent), 'ts');
    const replies = [
      ...dev.control.send({ kind: 'message', text: 'an answer', thread }),
      ...dev.control.send({ kind: 'mention', text: 'an answer', thread }),
    ].map(eventOf);
    const begun = { thread_ts: thread, parent_user_id: eventOf(parent)?.['user'] };
    expect(replies).toMatchObject([begun, begun, begun]);
    expect(eventOf(parent)).not.toHaveProperty('parent_user_id');
  });

  it('A mention comes as a message too, as the proposed app subscribes to both', async () => {
    await sendOnline(dev, { kind: 'message' });
    const sent = dev.control.send({ kind: 'mention', text: 'both' });
    const events = sent.map((entry) => (entry.t === 'sent' ? (entry.payload['event'] as JsonObject) : {}));
    expect(events.map(({ type }) => type)).toEqual(['app_mention', 'message']);
    expect(events[0]?.['ts']).toBe(events[1]?.['ts']);
  });

  it('It is said why an event started no session', async () => {
    const { clients } = author.owner;
    const { triggers } = await clients.triggers.list({ connectionId: author.connectionId });
    const [trigger] = triggers;
    await clients.triggers.update({
      trigger: { ...trigger, eventType: 'message', filter: 'data.text == "only this"' },
    } as never);
    try {
      const other = await sendOnline(dev, { kind: 'command' });
      expect((await told(dev, 'no_session', (entry) => entry.sent === other)).reason).toContain(
        'No trigger of the connection takes events of the type slash_command.',
      );
    } finally {
      await clients.triggers.update({ trigger: { ...trigger } } as never);
    }
  });
});

describe('The prints of a session that `ak-slack dev` tells', () => {
  it('All that a session prints is told in its order, however much it is', async () => {
    const words = Array.from({ length: 130 }, (_, index) => `line ${index}`);
    author.server.standIn.emulate('main.star:on_event', (session) => {
      for (const word of words) session.print(word);
    });
    const n = await sendOnline(dev, { kind: 'message' });
    await told(dev, 'session', (entry) => entry.sent === n && entry.state === 'completed');
    const texts = dev.control.timeline
      .after(n)
      .flatMap((entry) => (entry.t === 'print' && entry.sent === n ? [entry.text] : []));
    expect(texts).toEqual(words);
  });
});

describe('The page of `ak-slack dev`', () => {
  it('The page sends and shows without a script, and says why something was not sent', async () => {
    const send = async (fields: Record<string, string>): Promise<string> => {
      const response = await fetch(`${dev.url}/send`, { method: 'POST', body: new URLSearchParams(fields) });
      return response.text();
    };
    const sent = await send({
      kind: 'message',
      channel: 'general',
      text: 'from <the> page',
      command: '',
      id: '',
    });
    expect(sent).toContain('message in #general: from &lt;the&gt; page');
    expect(sent).toMatch(/id="hint" class="hint" role="status" +hidden/);
    const refused = await send({ kind: 'modal', channel: 'general', text: 'x', command: '', id: '' });
    expect(refused).toContain('No workflow has opened a modal, so there is none to submit.');
    expect(await send({ kind: 'frame', frame: '{"type": "team_join"' })).toContain('frame');
  });
});
