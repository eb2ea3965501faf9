import { beforeEach, describe, expect, it } from 'vitest';
import type { StartedSession, WholeEvent } from '../../../src/autokitteh/event-reads.js';
import type { TriggerRecord } from '../../../src/autokitteh/client.js';
import { dict, list, string } from '../../../src/autokitteh/values.js';
import { PluginError } from '../../../src/core/errors.js';
import type { EventsAnswer } from '../../../src/browser/events.js';
import { settle } from '../../helpers/hand-clock.js';
import { APP_TOKEN, BOT_TOKEN, CONNECTION, createFakeSetup, PERSON, post, type FakeSetup } from './fakes.js';

const EVENTS = `/slack/assets/events?cid=${CONNECTION}&origin=web`;
const PROJECT = 'prj_01hzzzzzzzzzzzzzzzzzzzzzzz';
const HOUR_AGO = -3_600_000;

let setup: FakeSetup;
let count: number;

beforeEach(() => {
  setup = createFakeSetup();
  count = 0;
  setup.autokitteh.store({
    auth_type: 'socketMode',
    socket_mode_app_token: APP_TOKEN,
    private_bot_token: BOT_TOKEN,
  });
  setup.autokitteh.deployments = [{ projectId: PROJECT, since: 0 }];
});

/** An event that AutoKitteh has stored; its id. */
function arrived(eventType: string, more: Partial<WholeEvent> = {}): string {
  count += 1;
  const eventId = `evt_0000000000000000000000${String(count).padStart(4, '0')}`;
  setup.autokitteh.events.push({
    ...{ eventId, eventType, destinationId: CONNECTION },
    memo: { slack_channel: 'C0GENERAL1' },
    createdAt: setup.clock.now() + HOUR_AGO,
    data: {},
    ...more,
  });
  return eventId;
}

function trigger(name: string, eventType: string, filter = ''): TriggerRecord {
  const made = { name, projectId: PROJECT, eventType, filter, hasCall: true };
  setup.autokitteh.triggers.push(made);
  return made;
}

function started(eventId: string, more: Partial<StartedSession> = {}): string {
  const sessionId = `ses_0000000000000000000000${String(setup.autokitteh.sessions.length).padStart(4, '0')}`;
  const session = { sessionId, eventId, triggerName: 'on_message', state: 'completed' };
  setup.autokitteh.sessions.push({ ...session, createdAt: setup.clock.now(), ...more });
  return sessionId;
}

async function answer(): Promise<EventsAnswer> {
  const response = await setup.app.request(EVENTS, { headers: { authorization: PERSON } });
  expect(response.status).toBe(200);
  return (await response.json()) as EventsAnswer;
}

async function page(more = ''): Promise<string> {
  const address = `/slack/?cid=${CONNECTION}&origin=web${more}`;
  const response = await setup.app.request(address, { headers: { authorization: PERSON } });
  expect(response.status).toBe(200);
  return response.text();
}

/** Why each event started nothing, the newest first. */
async function reasons(): Promise<string[]> {
  return (await answer()).events.map(({ reason }) => reason);
}

describe('the events of a connection', () => {
  it('The events are shown with the trigger that took each and the session that it started', async () => {
    trigger('on_message', 'message');
    const first = arrived('message');
    const second = arrived('message', { memo: {} });
    const sessionId = started(first);
    started(second, { state: 'error', triggerName: 'on_other' });
    const { events, problem } = await answer();
    expect(problem).toBe('');
    expect(events).toEqual([
      expect.objectContaining({ id: second, channel: '' }) as unknown,
      {
        id: first,
        type: 'message',
        channel: 'C0GENERAL1',
        at: new Date(setup.clock.now() + HOUR_AGO).toISOString(),
        link: `/slack/?cid=${CONNECTION}&origin=web&event=${first}#event`,
        sessions: [
          {
            id: sessionId,
            trigger: 'on_message',
            state: 'completed',
            link: `/internal/dashboard/sessions/${sessionId}`,
          },
        ],
        reason: '',
      },
    ]);
    const text = await page();
    expect(text).toContain(`href="/internal/dashboard/sessions/${sessionId}"`);
    expect(text).toContain(`data-copies="ak session log ${sessionId}"`);
  });

  it('The events that started nothing say what is known of why', async () => {
    arrived('reaction_added');
    expect(await reasons()).toEqual([
      'No trigger of the connection takes events of the type reaction_added.',
    ]);
    trigger('a', 'reaction_added', 'data.reaction == "x"');
    expect(await reasons()).toEqual([expect.stringContaining('no filter was true of this event')]);
    setup.autokitteh.deployments = [{ projectId: 'prj_another', since: 0 }];
    expect(await reasons()).toEqual(['The project has no active deployment: deploy it (ak deploy).']);
  });

  it('The events that are older than all sessions that AutoKitteh listed are not said to have none', async () => {
    trigger('a', 'message');
    arrived('message');
    for (let index = 0; index < 100; index += 1) started('evt_of_another_connection');
    expect(await reasons()).toEqual(['None of the latest 100 sessions of the project is of this event.']);
  });

  it('The events are at most twenty, read in five calls however many there are', async () => {
    for (let index = 0; index < 150; index += 1) arrived('message');
    await answer();
    setup.autokitteh.reads.length = 0;
    expect((await answer()).events).toHaveLength(20);
    expect(setup.autokitteh.reads.toSorted()).toEqual(['deployments', 'events', 'sessions', 'triggers']);
  });

  it('The events of another connection of the organisation are not shown', async () => {
    Object.assign(setup.autokitteh.record, { projectId: '', orgId: 'org_01hzzzzzzzzzzzzzzzzzzzzzzz' });
    const own = arrived('message');
    arrived('message', { destinationId: 'con_00000000000000000000000001' });
    expect((await answer()).events.map(({ id }) => id)).toEqual([own]);
  });

  it('The events are shown to nobody who cannot see the connection', async () => {
    const ask = async (headers: Record<string, string>): Promise<number> =>
      (await setup.app.request(EVENTS, { headers })).status;
    arrived('message');
    expect(await ask({})).toBe(401);
    expect(await ask({ authorization: 'Bearer someone-elses' })).toBe(404);
    expect(setup.autokitteh.reads).toEqual([]);
  });

  it('The events that AutoKitteh refuses to show are not shown, and the page says so', async () => {
    const secret = arrived('message');
    setup.autokitteh.refused.set('events', new PluginError('forbidden', 'AutoKitteh says "unauthorized"'));
    expect(await answer()).toMatchObject({
      problem: 'AutoKitteh does not let you see the events of this connection.',
      events: [],
    });
    const text = await page(`&event=${secret}`);
    expect(text).toContain('AutoKitteh does not let you see the events of this connection.');
    expect(text).not.toContain(`<code>${secret}</code>`);
  });

  it.each(['triggers', 'sessions', 'deployments'] as const)(
    'The events are shown without what AutoKitteh refuses of %s',
    async (what) => {
      trigger('a', 'message');
      arrived('message');
      setup.autokitteh.refused.set(what, new PluginError('forbidden', 'unauthorized'));
      const { problem, events, missing } = await answer();
      expect([problem, events.length]).toEqual(['', 1]);
      if (what === 'triggers') expect(missing).toEqual([]);
      if (what === 'sessions') expect(events[0]?.reason).toBe('');
    },
  );

  it('The events are left out of a page whose AutoKitteh is slow, which names it', async () => {
    setup.autokitteh.refused.set('sessions', 'silence');
    const shown = page();
    await settle();
    await setup.clock.advance(4_000);
    const text = await shown;
    expect(text).toContain('AutoKitteh did not answer within 4 seconds.');
    expect(text).toContain('Right now');
  });

  it('The events are read for four people at a time of one connection, and for no more', async () => {
    setup.autokitteh.refused.set('events', 'silence');
    const waiting = [1, 2, 3, 4].map(() => answer());
    await settle();
    expect(await answer()).toMatchObject({
      problem: 'Too many people are looking at events at this moment.',
    });
    await setup.clock.advance(4_000);
    await Promise.all(waiting);
    setup.autokitteh.refused.clear();
    expect(await answer()).toMatchObject({ problem: '' });
  });

  it('The events whose type, channel and trigger hold markup are shown as text', async () => {
    const markup = '<img src=x>';
    trigger(markup, 'x', markup);
    started(arrived(markup, { memo: { slack_channel: markup } }), { triggerName: markup });
    expect(await page()).not.toContain(markup);
    expect(await page(`&event=${arrived('x', { data: { [`a${markup}`]: string(markup) } })}`)).not.toContain(
      markup,
    );
  });
});

describe('an event unfolded', () => {
  it('An event unfolded has its fields as workflows read them, each to copy its path and a filter', async () => {
    trigger('on_file', 'message', 'size(data.files) > 0');
    const id = arrived('message', {
      data: { channel: string('C1'), user: dict([['name', string('Ann "the" cat')]]), text: string('') },
    });
    const text = await page(`&event=${id}`);
    expect(text).toContain('<code>event.data.channel</code>');
    expect(text).toContain('data-copies="data.channel == &quot;C1&quot;"');
    expect(text).toContain('data-copies="event.data.user.name"');
    expect(text).toContain('data-copies="data.user.name == &quot;Ann \\&quot;the\\&quot; cat&quot;"');
    expect(text).toContain('1 field empty, 0 or False');
    expect(text).toContain('size(data.files) &gt; 0');
  });

  it('An event unfolded shows no address and no token by which others could answer for the app', async () => {
    const secret = 'https://hooks.example/T1/1/abcdef';
    const id = arrived('interaction', {
      data: {
        response_url: string(secret),
        trigger_id: string('1.2.abcdef'),
        token: string('abcdef'),
        text: string('curl -d hi https://hooks.slack.com/commands/T1/2/abcdef'),
        function_data: dict([['bot_access_token', string('abcdef')]]),
        slack_envelope: dict([
          ['answer_url', string(`${secret}/answers`)],
          ['other_keys', dict([['message.response_url', string(secret)]])],
        ]),
        views: list([dict([['response_urls', list([dict([['response_url', string(secret)]])])]])]),
      },
    });
    const text = await page(`&event=${id}`);
    expect(text).not.toContain('abcdef');
    expect(text.match(/<span>present<\/span>/g)).toHaveLength(7);
    expect(text).not.toContain('data-copies="data.trigger_id');
  });

  it.each([
    ['an unknown id', 'evt_00000000000000000000000999'],
    ['no id at all', '"><b>'],
  ])('An event unfolded by %s is said not to exist', async (_what, id) => {
    arrived('message');
    expect(await page(`&event=${encodeURIComponent(id)}`)).toContain('This connection has no such event.');
  });

  it('An event unfolded is never one of another connection', async () => {
    const id = arrived('message', { destinationId: 'con_00000000000000000000000001' });
    expect(await page(`&event=${id}`)).toContain('This connection has no such event.');
  });
});

describe('the hints about what is missing', () => {
  const asked = (): string[] => setup.slack.calls.map(({ method }) => method);

  it('What is missing is asked of Slack once a minute for a connection, whoever looks', async () => {
    await Promise.all([answer(), answer(), page()]);
    await setup.clock.advance(59_000);
    await answer();
    expect(asked()).toEqual(['auth.test', 'users.conversations']);
    await setup.clock.advance(2_000);
    await answer();
    expect(asked()).toHaveLength(4);
  });

  it('What is missing is asked anew after a person stored other tokens', async () => {
    await answer();
    setup.slack.calls.length = 0;
    await post(setup, { cid: CONNECTION, origin: 'cli', auth_type: 'socketMode', action: 'save' });
    setup.slack.calls.length = 0;
    await answer();
    expect(asked()).toEqual(['auth.test', 'users.conversations']);
  });

  it('What is missing is not asked of Slack with a token that is none', async () => {
    setup.autokitteh.store({ private_bot_token: `xoxb-${'1'.repeat(600)}` });
    await answer();
    await page();
    expect(asked()).toEqual([]);
  });

  it('What is missing does not wait for a slow Slack', async () => {
    arrived('message');
    setup.slack.silent = true;
    const shown = answer();
    await settle();
    await setup.clock.advance(1_500);
    expect((await shown).events).toHaveLength(1);
  });

  it('What is missing names a bot that is in no channel, if a trigger waits for what happens there', async () => {
    const IN_NONE = expect.stringContaining('The bot is in no channel') as string;
    setup.slack.channels = [];
    trigger('on_command', 'slash_command');
    expect((await answer()).missing).toEqual([]);
    trigger('on_message', 'message');
    expect((await answer()).missing).toEqual([IN_NONE]);
  });
});
