import { randomBytes } from 'node:crypto';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { beforeAll, describe, expect, it } from 'vitest';
import { refusalOf } from '../helpers/refusal.js';
import { SLACK, type TestProject } from '../world/server.js';
import { eventually } from '../helpers/eventually.js';
import type { EventSchema } from '../../src/gen/autokitteh/events/v1/events_pb.js';
import { ValueSchema, type Value } from '../../src/gen/autokitteh/values/v1/values_pb.js';
import { useServer } from './use-server.js';

const UNKNOWN = 'con_01hzzzzzzzzzzzzzzzzzzzzzzz';

const text = (v: string): Value => create(ValueSchema, { string: { v } });
const dict = (fields: Record<string, Value>): Value =>
  create(ValueSchema, {
    dict: { items: Object.entries(fields).map(([key, v]) => ({ k: text(key), v })) },
  });

/** So many characters that stay about as many where a server compresses what it hands to Temporal. */
const incompressible = (length: number): string => randomBytes(length).toString('base64').slice(0, length);

describe('Dispatch', () => {
  const given = useServer();
  let project: TestProject;
  let connectionId: string;

  beforeAll(async () => {
    project = await given.server.createProject(given.user, {
      connections: { sl: {} },
      triggers: [
        { connection: 'sl', eventType: 'message', filter: 'data.user.id == "U1"', call: 'on_event' },
        { connection: 'sl', eventType: 'start', call: 'on_start_waiting' },
        { connection: 'sl', eventType: 'nothing_to_call' },
        {
          connection: 'sl',
          eventType: '*',
          filter: 'event_type == "any" && data.text.startsWith("!")',
          call: 'on_other_event',
        },
      ],
    });
    connectionId = project.connections['sl'] ?? '';
    await given.server.deploy(project);
  });

  const dispatch = (event: MessageInitShape<typeof EventSchema>, wait = true) =>
    given.server.system.dispatcher.dispatch({ event: { destinationId: connectionId, ...event }, wait });
  const match = { eventType: 'message', data: { user: dict({ id: text('U1') }), text: text('hello') } };

  it('Dispatch answers the event id alone, or with `wait` the sessions that were started', async () => {
    const quick = await dispatch(match, false);
    expect(quick.eventId).toMatch(/^evt_/);
    expect(quick.startedSessionIds).toEqual([]);
    await given.server.waitForSession(project, (session) => session.eventId === quick.eventId);
    const waited = await dispatch(match);
    expect(waited.startedSessionIds).toHaveLength(1);
  });

  it('Dispatch hands type and data to the function of the trigger', async () => {
    const { startedSessionIds } = await dispatch({
      ...match,
      data: {
        ...match.data,
        none: create(ValueSchema, { nothing: {} }),
        count: create(ValueSchema, { integer: { v: 3n } }),
        half: create(ValueSchema, { float: { v: 0.5 } }),
        yes: create(ValueSchema, { boolean: { v: true } }),
        list: create(ValueSchema, { list: { vs: [text('a')] } }),
        item: create(ValueSchema, {
          struct: { ctor: { symbol: { name: 'Item' } }, fields: { channel: text('C1') } },
        }),
      },
    });
    expect(await given.server.eventPrinted(project, startedSessionIds[0] ?? '')).toEqual({
      event_type: 'message',
      data: {
        user: { id: 'U1' },
        text: 'hello',
        none: null,
        count: 3,
        half: 0.5,
        yes: true,
        list: ['a'],
        item: { channel: 'C1' },
      },
    });
  });

  it.each<[string, MessageInitShape<typeof EventSchema>]>([
    ['whose filter is false', { ...match, data: { user: dict({ id: text('U2') }) } }],
    ['whose filter asks for a key that is not there', { ...match, data: { text: text('hello') } }],
    ['whose filter asks a text for a field', { ...match, data: { user: text('U1') } }],
    ['for another type', { ...match, eventType: 'other' }],
    ['that calls nothing', { ...match, eventType: 'nothing_to_call' }],
  ])('Dispatch starts nothing by a trigger %s', async (_, event) => {
    expect((await dispatch(event)).startedSessionIds).toEqual([]);
  });

  it('The sessions that an event has started are found by its id, and an event that starts nothing has none', async () => {
    const { eventId, startedSessionIds } = await dispatch(match);
    const started = await given.server.system.sessions.list({ eventId });
    expect(started.sessions.map(({ sessionId }) => sessionId)).toEqual(startedSessionIds);
    const none = await dispatch({ ...match, eventType: 'of_no_trigger' });
    expect((await given.server.system.sessions.list({ eventId: none.eventId })).sessions).toEqual([]);
  });

  it('The triggers of a connection are listed to the system with their types and filters', async () => {
    const { triggers } = await given.server.system.triggers.list({ connectionId });
    const seen = triggers.map(({ eventType, filter, codeLocation }) => [
      eventType,
      filter !== '',
      codeLocation?.name ?? '',
    ]);
    expect(seen.sort()).toEqual([
      ['*', true, 'on_other_event'],
      ['message', true, 'on_event'],
      ['nothing_to_call', false, ''],
      ['start', false, 'on_start_waiting'],
    ]);
  });

  it('Dispatch starts sessions of a trigger for all types by its filter alone', async () => {
    const started = await dispatch({ eventType: 'any', data: { text: text('!go') } });
    await given.server.waitForSession(
      project,
      ({ sessionId, call }) => sessionId === started.startedSessionIds[0] && call === 'on_other_event',
    );
    expect((await dispatch({ eventType: 'any', data: { text: text('go') } })).startedSessionIds).toEqual([]);
  });

  it('Dispatch does not know unknown and deleted connections', async () => {
    const deleted =
      (await given.server.createProject(given.user, { connections: { gone: {} } })).connections['gone'] ?? '';
    await given.user.clients.connections.delete({ connectionId: deleted });
    for (const destinationId of [UNKNOWN, deleted])
      expect(await refusalOf(dispatch({ ...match, destinationId }))).toEqual({
        code: 'InvalidArgument',
        words: 'not_found',
      });
  });

  it('Dispatch refuses an event that has an id already, and one without a destination', async () => {
    const withId = dispatch({ ...match, eventId: 'evt_01hzzzzzzzzzzzzzzzzzzzzzzz' });
    expect((await refusalOf(withId)).words).toContain('event_id must not be specified');
    expect((await refusalOf(dispatch({ ...match, destinationId: '' }))).words).toBe(
      'save event: destination_id: missing',
    );
  });

  it('Dispatch refuses values whose parts are missing, and names them', async () => {
    const incomplete = create(ValueSchema, { struct: { fields: { a: text('b') } } });
    expect(await refusalOf(dispatch({ ...match, data: { item: incomplete } }))).toEqual({
      code: 'InvalidArgument',
      words: 'validation error:\n - event.data["item"].struct.ctor: value is required [required]',
    });
  });

  it('Dispatch stores an event of 3 MB and refuses it', async () => {
    const memo = { key: randomBytes(6).toString('hex') };
    const data = { text: text(incompressible(3_000_000)) };
    expect(await refusalOf(dispatch({ eventType: 'big', data, memo }))).toEqual({
      code: 'InvalidArgument',
      words: 'failed starting workflow: Blob data size exceeds limit.',
    });
    const { events } = await given.server.system.events.list({ destinationId: connectionId, maxResults: 1 });
    expect(events[0]?.memo).toEqual(memo);
  });

  it('Dispatch takes an event of 1.5 MB, but the session that it should start is an error', async () => {
    const data = { ...match.data, text: text(incompressible(1_500_000)) };
    const { eventId, startedSessionIds } = await dispatch({ ...match, data });
    expect(startedSessionIds).toEqual([]);
    const session = await given.server.waitForSession(project, (seen) => seen.eventId === eventId);
    expect(session.state).toBe('error');
  });

  it('Dispatch keeps the memo and returns it in lists, newest first and without data', async () => {
    const key = randomBytes(6).toString('hex');
    const first = await dispatch({ eventType: 'listed', data: { text: text('1') }, memo: { key, n: '1' } });
    const second = await dispatch({ eventType: 'listed', data: { text: text('2') }, memo: { key, n: '2' } });
    const { events } = await given.server.system.events.list({
      destinationId: connectionId,
      maxResults: 2,
      order: 'DESC',
    });
    expect(events.map(({ eventId, memo, data }) => [eventId, memo, data])).toEqual([
      [second.eventId, { key, n: '2' }, {}],
      [first.eventId, { key, n: '1' }, {}],
    ]);
    const { event } = await given.server.system.events.get({ eventId: first.eventId });
    expect(event?.data['text']?.string?.v).toBe('1');
    expect((await refusalOf(given.server.system.events.list({ order: 'down' }))).words).toBe(
      'order should be either ASC or DESC',
    );
  });

  it('Dispatch signals a session that waits for an event, and no session for one that does not match', async () => {
    const { startedSessionIds } = await dispatch({ eventType: 'start' });
    const sessionId = startedSessionIds[0] ?? '';
    await eventually(
      async () => (await given.server.prints(project, sessionId)).includes('waiting'),
      'the wait',
    );
    const no = await dispatch({ eventType: 'slash_command', data: { text: text('no') } });
    expect(no.signaledSessionIds).toEqual([]);
    const yes = await dispatch({ eventType: 'slash_command', data: { text: text('yes') } });
    expect(yes.signaledSessionIds).toEqual([sessionId]);
    await given.server.waitForSession(
      project,
      (session) => session.sessionId === sessionId && session.state === 'completed',
    );
    const [, received = ''] = await given.server.prints(project, sessionId);
    expect(JSON.parse(received)).toEqual({ event_type: 'slash_command', data: { text: 'yes' } });
  });

  it('Dispatch to a connection of an organisation makes one event for each trigger and returns no event id', async () => {
    const shared = await given.server.createProject(await given.server.createUser(), {
      connections: { shared: { ofOrg: true } },
      triggers: [
        { connection: 'shared', call: 'on_event' },
        { connection: 'shared', eventType: 'message', call: 'on_other_event' },
      ],
    });
    await given.server.deploy(shared);
    const destinationId = shared.connections['shared'] ?? '';
    const memo = { key: randomBytes(6).toString('hex') };
    const answer = await dispatch({ ...match, destinationId, memo });
    expect(answer.eventId).toBe('');
    expect(answer.startedSessionIds).toHaveLength(2);
    expect((await given.server.system.events.list({ destinationId })).events).toEqual([]);
    const { events } = await given.server.system.events.list({ integrationId: SLACK, maxResults: 20 });
    const stored = events.filter((event) => event.memo['key'] === memo.key);
    expect(stored.map((event) => event.destinationId)).toEqual([destinationId, destinationId]);
  });

  it('Dispatch to a connection of an organisation without triggers stores nothing', async () => {
    const shared = await given.server.createProject(await given.server.createUser(), {
      connections: { shared: { ofOrg: true } },
    });
    const memo = { key: randomBytes(6).toString('hex') };
    const answer = await dispatch({ ...match, destinationId: shared.connections['shared'] ?? '', memo });
    expect(answer).toMatchObject({ eventId: '', startedSessionIds: [] });
    const { events } = await given.server.system.events.list({ integrationId: SLACK, maxResults: 20 });
    expect(events.filter((event) => event.memo['key'] === memo.key)).toEqual([]);
  });
});
