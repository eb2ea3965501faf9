import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refusalOf } from '../../../helpers/refusal.js';
import { startStandInUnderTest, type TestProject } from '../../../world/server.js';
import { ValueSchema } from '../../../../src/gen/autokitteh/values/v1/values_pb.js';

type Draft = MessageInitShape<typeof ValueSchema>;
const text = (v: string): Draft => ({ string: { v } });
const symbol = (name: string): Draft => ({ symbol: { name } });

describe('events that a real server would retry for ever', () => {
  let server: Awaited<ReturnType<typeof startStandInUnderTest>>;
  let project: TestProject;
  let destinationId: string;

  beforeEach(async () => {
    server = await startStandInUnderTest();
    project = await server.createProject(await server.createUser(), {
      connections: { sl: {} },
      triggers: [{ connection: 'sl', call: 'on_event' }],
    });
    destinationId = project.connections['sl'] ?? '';
    await server.deploy(project);
  });
  afterEach(() => server.stop());

  const dispatch = (data: Record<string, Draft>, wait = false) => {
    const values = Object.entries(data).map(([key, value]) => [key, create(ValueSchema, value)] as const);
    return server.system.dispatcher.dispatch(
      { event: { destinationId, eventType: 'message', data: Object.fromEntries(values) }, wait },
      { timeoutMs: 250 },
    );
  };

  it.each<[string, Record<string, Draft>]>([
    ['a key that is not a valid identifier', { 'bad-key': text('x') }],
    ['an empty key', { '': text('x') }],
    ['a key with an accent', { é: text('x') }],
    ['a value that is not set', { a: {} }],
    ['a value of two kinds', { a: { string: { v: 'x' }, integer: { v: 1n } } }],
    [
      'a struct whose key is not a valid identifier',
      { a: { struct: { ctor: symbol('T'), fields: { 'b-c': text('x') } } } },
    ],
    ['an unset value in a list', { a: { list: { vs: [{}] } } }],
    ['a symbol that is none', { a: symbol('b-c') }],
    [
      'a dict with one key twice',
      {
        a: {
          dict: {
            items: [
              { k: text('k'), v: text('1') },
              { k: text('k'), v: text('2') },
            ],
          },
        },
      },
    ],
  ])(
    'An event that a real server would retry for ever is accepted, recorded as wedged and starts nothing: %s',
    async (_, data) => {
      const { eventId } = await dispatch(data);
      expect(server.standIn.store.wedged).toMatchObject([{ eventId }]);
      await dispatch({ text: text('another') });
      await server.waitForSession(project, (session) => session.state === 'completed');
      expect((await server.sessionsOf(project)).map((session) => session.eventId)).not.toContain(eventId);
    },
  );

  it.each<[string, Record<string, Draft>]>([
    [
      'a dict key that is not a valid identifier',
      { a: { dict: { items: [{ k: text('b-c'), v: text('1') }] } } },
    ],
    ['a constructor that is a text', { a: { struct: { ctor: text('T x'), fields: {} } } }],
  ])('An event with %s is not wedged', async (_, data) => {
    expect((await dispatch(data, true)).startedSessionIds).toHaveLength(1);
    expect(server.standIn.store.wedged).toEqual([]);
  });

  it('A session that waits for a wedged event keeps waiting', async () => {
    expect((await refusalOf(dispatch({ 'bad-key': text('x') }, true))).code).toBe('DeadlineExceeded');
  });
});
