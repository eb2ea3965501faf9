import { beforeEach, describe, expect, it } from 'vitest';
import { dict, list, string } from '../../../src/autokitteh/values.js';
import { PluginError } from '../../../src/core/errors.js';
import { settle } from '../../helpers/hand-clock.js';
import { CONNECTION } from './fakes.js';
import { EVENTS, EventsRig, HOUR_AGO } from './events-rig.js';

let rig: EventsRig;

beforeEach(() => {
  rig = new EventsRig();
});

describe('the events of a connection', () => {
  it('The events are shown with the trigger that took each and the session that it started', async () => {
    rig.trigger('on_message', 'message');
    const first = rig.arrived('message');
    const second = rig.arrived('message', { memo: {} });
    const sessionId = rig.started(first);
    rig.started(second, { state: 'error', triggerName: 'on_other' });
    const { events, problem } = await rig.answer();
    expect(problem).toBe('');
    expect(events).toEqual([
      expect.objectContaining({ id: second, channel: '' }) as unknown,
      {
        id: first,
        type: 'message',
        channel: 'C0GENERAL1',
        at: new Date(rig.setup.clock.now() + HOUR_AGO).toISOString(),
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
    const text = await rig.page();
    expect(text).toContain(`href="/internal/dashboard/sessions/${sessionId}"`);
    expect(text).toContain(`data-copies="ak session log ${sessionId}"`);
  });

  it('The events that started nothing say what is known of why', async () => {
    rig.arrived('reaction_added');
    expect(await rig.reasons()).toEqual([
      'No trigger of the connection takes events of the type reaction_added.',
    ]);
    rig.trigger('a', 'reaction_added', 'data.reaction == "x"');
    expect(await rig.reasons()).toEqual([expect.stringContaining('no filter was true of this event')]);
    rig.setup.autokitteh.deployments = [{ projectId: 'prj_another', since: 0 }];
    expect(await rig.reasons()).toEqual(['The project has no active deployment: deploy it (ak deploy).']);
  });

  it('The events that are older than all sessions that AutoKitteh listed are not said to have none', async () => {
    rig.trigger('a', 'message');
    rig.arrived('message');
    for (let index = 0; index < 100; index += 1) rig.started('evt_of_another_connection');
    expect(await rig.reasons()).toEqual(['None of the latest 100 sessions of the project is of this event.']);
  });

  it('The events are at most twenty, read in five calls however many there are', async () => {
    for (let index = 0; index < 150; index += 1) rig.arrived('message');
    await rig.answer();
    rig.setup.autokitteh.reads.length = 0;
    expect((await rig.answer()).events).toHaveLength(20);
    expect(rig.setup.autokitteh.reads.toSorted()).toEqual(['deployments', 'events', 'sessions', 'triggers']);
  });

  it('The events of another connection of the organisation are not shown', async () => {
    Object.assign(rig.setup.autokitteh.record, { projectId: '', orgId: 'org_01hzzzzzzzzzzzzzzzzzzzzzzz' });
    const own = rig.arrived('message');
    rig.arrived('message', { destinationId: 'con_00000000000000000000000001' });
    expect((await rig.answer()).events.map(({ id }) => id)).toEqual([own]);
  });

  it('The events are shown to nobody who cannot see the connection', async () => {
    const ask = async (headers: Record<string, string>): Promise<number> =>
      (await rig.setup.app.request(EVENTS, { headers })).status;
    rig.arrived('message');
    expect(await ask({})).toBe(401);
    expect(await ask({ authorization: 'Bearer someone-elses' })).toBe(404);
    expect(rig.setup.autokitteh.reads).toEqual([]);
  });

  it('The events that AutoKitteh refuses to show are not shown, and the page says so', async () => {
    const secret = rig.arrived('message');
    rig.setup.autokitteh.refused.set(
      'events',
      new PluginError('forbidden', 'AutoKitteh says "unauthorized"'),
    );
    expect(await rig.answer()).toMatchObject({
      problem: 'AutoKitteh does not let you see the events of this connection.',
      events: [],
    });
    const text = await rig.page(`&event=${secret}`);
    expect(text).toContain('AutoKitteh does not let you see the events of this connection.');
    expect(text).not.toContain(`<code>${secret}</code>`);
  });

  it.each(['triggers', 'sessions', 'deployments'] as const)(
    'The events are shown without what AutoKitteh refuses of %s',
    async (what) => {
      rig.trigger('a', 'message');
      rig.arrived('message');
      rig.setup.autokitteh.refused.set(what, new PluginError('forbidden', 'unauthorized'));
      const { problem, events, missing } = await rig.answer();
      expect([problem, events.length]).toEqual(['', 1]);
      if (what === 'triggers') expect(missing).toEqual([]);
      if (what === 'sessions') expect(events[0]?.reason).toBe('');
    },
  );

  it('The events are left out of a page whose AutoKitteh is slow, which names it', async () => {
    rig.setup.autokitteh.refused.set('sessions', 'silence');
    const shown = rig.page();
    await settle();
    await rig.setup.clock.advance(4_000);
    const text = await shown;
    expect(text).toContain('AutoKitteh did not answer within 4 seconds.');
    expect(text).toContain('Right now');
  });

  it('The events are read for four people at a time of one connection, and for no more', async () => {
    rig.setup.autokitteh.refused.set('events', 'silence');
    const waiting = [1, 2, 3, 4].map(() => rig.answer());
    await settle();
    expect(await rig.answer()).toMatchObject({
      problem: 'Too many people are looking at events at this moment.',
    });
    await rig.setup.clock.advance(4_000);
    await Promise.all(waiting);
    rig.setup.autokitteh.refused.clear();
    expect(await rig.answer()).toMatchObject({ problem: '' });
  });

  it('The events whose type, channel and trigger hold markup are shown as text', async () => {
    const markup = '<img src=x>';
    rig.trigger(markup, 'x', markup);
    rig.started(rig.arrived(markup, { memo: { slack_channel: markup } }), { triggerName: markup });
    expect(await rig.page()).not.toContain(markup);
    expect(
      await rig.page(`&event=${rig.arrived('x', { data: { [`a${markup}`]: string(markup) } })}`),
    ).not.toContain(markup);
  });
});

describe('an event unfolded', () => {
  it('An event unfolded has its fields as workflows read them, each to copy its path and a filter', async () => {
    rig.trigger('on_file', 'message', 'size(data.files) > 0');
    const id = rig.arrived('message', {
      data: { channel: string('C1'), user: dict([['name', string('Ann "the" cat')]]), text: string('') },
    });
    const text = await rig.page(`&event=${id}`);
    expect(text).toContain('<code>event.data.channel</code>');
    expect(text).toContain('data-copies="data.channel == &quot;C1&quot;"');
    expect(text).toContain('data-copies="event.data.user.name"');
    expect(text).toContain('data-copies="data.user.name == &quot;Ann \\&quot;the\\&quot; cat&quot;"');
    expect(text).toContain('1 field empty, 0 or False');
    expect(text).toContain('size(data.files) &gt; 0');
  });

  it('An event unfolded shows no address and no token by which others could answer for the app', async () => {
    const secret = 'https://hooks.example/T1/1/abcdef';
    const id = rig.arrived('interaction', {
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
    const text = await rig.page(`&event=${id}`);
    expect(text).not.toContain('abcdef');
    expect(text.match(/<span>present<\/span>/g)).toHaveLength(7);
    expect(text).not.toContain('data-copies="data.trigger_id');
  });

  it.each([
    ['an unknown id', 'evt_00000000000000000000000999'],
    ['no id at all', '"><b>'],
  ])('An event unfolded by %s is said not to exist', async (_what, id) => {
    rig.arrived('message');
    expect(await rig.page(`&event=${encodeURIComponent(id)}`)).toContain(
      'This connection has no such event.',
    );
  });

  it('An event unfolded is never one of another connection', async () => {
    const id = rig.arrived('message', { destinationId: 'con_00000000000000000000000001' });
    expect(await rig.page(`&event=${id}`)).toContain('This connection has no such event.');
  });
});
