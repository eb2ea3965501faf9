import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromJson } from '../../src/autokitteh/values-json.js';
import { string } from '../../src/autokitteh/values.js';
import { isJsonObject, stringAt, type JsonObject, type JsonValue } from '../../src/core/json.js';
import { toEvent, type MappedEvent } from '../../src/events/mapping.js';
import type { StandIn } from '../../src/sim/autokitteh/stand-in.js';
import { deployExample, type DeployedExample } from './example-project.js';
import { eventually } from '../helpers/eventually.js';
import { startServerUnderTest, type ServerUnderTest } from '../world/server.js';

/** The filters of public AutoKitteh projects, on events as they are mapped here. */

const PAYLOADS = join(import.meta.dirname, '../data/payloads');
const PROGRAMS = join(import.meta.dirname, 'programs');

interface Frame {
  readonly type: string;
  readonly payload: JsonObject;
}

/** A frame of Slack's, its event changed in places, as the server gets it. */
function mapped(file: string, changed: JsonObject = {}): MappedEvent {
  const frame = JSON.parse(readFileSync(join(PAYLOADS, `${file}.json`), 'utf8')) as Frame;
  const { payload } = frame;
  const inner = isJsonObject(payload['event'])
    ? { ...payload, event: { ...payload['event'], ...changed } }
    : { ...payload, ...changed };
  const text = JSON.stringify({ ...frame, payload: inner });
  return toEvent(text, { appId: 'A07SYNTH01', key: 'k' });
}

const slash = (changed: JsonObject): MappedEvent => mapped('slash_command', changed);
const message = (text: string, file = 'message.channels'): MappedEvent => mapped(file, { text });
const BUTTON = 'interactive.block_actions.message';
const TS = '1760000001.000101';
const USER = 'U07SYNUSR1';

/** Of triggers: the event type, the filter, an event that passes and some that do not. */
const TRIGGERS: readonly (readonly [string, string, MappedEvent, ...MappedEvent[]])[] = [
  [
    'message',
    `data.thread_ts == '' && data.text.startsWith('!')`,
    message('!research'),
    message('research'),
    message('!research', 'message.thread_reply'),
    mapped('message.message_deleted'),
  ],
  [
    'message',
    `data.thread_ts != '' && data.text.startsWith('!tldr')`,
    message('!tldr', 'message.thread_reply'),
    message('!tldr'),
    mapped('message.message_changed'),
  ],
  ['slash_command', 'data.text == "break-glass"', slash({ text: 'break-glass' }), slash({ text: '' })],
  ['interaction', 'data.type == "view_submission"', mapped('interactive.view_submission'), mapped(BUTTON)],
  ['interaction', 'data.type == "block_actions"', mapped(BUTTON), mapped('interactive.view_closed')],
  ['slash_command', 'data.text == "availablerooms"', slash({ text: 'availablerooms' }), slash({ text: 'x' })],
  [
    'slash_command',
    'data.text.startsWith("roomstatus ")',
    slash({ text: 'roomstatus 7' }),
    slash({ text: 'roomstatus' }),
  ],
  [
    'slash_command',
    'data.text.startsWith("reserveroom ")',
    slash({ text: 'reserveroom 7' }),
    slash({ text: 'room' }),
  ],
  ...['/availablerooms', '/roomstatus', '/reserveroom'].map(
    (command) =>
      [
        'slash_command',
        `data.command == "${command}"`,
        slash({ command, text: '' }),
        slash({ command: '/other', text: '' }),
      ] as const,
  ),
];

/** Of sessions that wait: the filter, an event that is taken and some that are not. */
const WAITING: readonly (readonly [string, MappedEvent, ...MappedEvent[]])[] = [
  ['event_type == "interaction"', mapped('interactive.shortcut'), message('x')],
  [`event_type == 'message'`, message('x'), mapped('app_mention')],
  [
    `data.type == 'message' && data.bot_id == '' && data.thread_ts == '${TS}'`,
    mapped('message.thread_reply'),
    mapped('message.bot_message', { thread_ts: TS }),
    mapped('reaction_added'),
    mapped('slash_command'),
  ],
  [
    `data.type == 'message' && data.thread_ts == '${TS}' && data.text.startsWith('!')`,
    message('!done', 'message.thread_reply'),
    message('done', 'message.thread_reply'),
    mapped('message.message_deleted', { thread_ts: TS }),
  ],
  [
    `event_type == 'interaction' && data.user.id == '${USER}'`,
    mapped(BUTTON),
    message('x'),
    mapped(BUTTON, { user: { id: 'U2' } }),
  ],
  [
    `data.type == "block_actions" && data.user.id == "${USER}"`,
    mapped('interactive.block_actions.view'),
    mapped('interactive.view_submission'),
  ],
  [`data.channel == 'C07SYNCHN1'`, message('x'), mapped(BUTTON)],
];

/** What the handlers of these projects read, by the frame that they read it of. */
const FIELDS: readonly (readonly [string, string])[] = [
  ['app_mention', 'text channel user ts'],
  ['message.thread_reply', 'text channel user ts thread_ts subtype parent_user_id root type bot_id'],
  ['message.bot_message', 'text channel user ts thread_ts subtype parent_user_id root type bot_id'],
  [
    'message.message_changed',
    'message.user message.text message.thread_ts message.ts message.subtype previous_message.text',
  ],
  ['message.message_deleted', 'deleted_ts previous_message.thread_ts'],
  ['reaction_added', 'user reaction item item.channel item.ts'],
  ['slash_command', 'user_id text channel_id command trigger_id'],
  [BUTTON, 'type user.id actions.0.value actions.0.action_id actions.0.style'],
  ['interactive.view_submission', 'type user.id view.state.values.inp.name.value'],
];

function emulate(standIn: StandIn): void {
  standIn.emulate('filters.star:on_wait', async (session) => {
    const subscription = session.subscribe('sl', stringAt(session.event.data, 'filter'));
    session.print('waiting');
    session.print((await session.nextEvent(subscription, 20_000))?.eventType ?? 'nothing');
  });
  standIn.emulate('fields.py:on_event', (session) => {
    const { data } = session.event;
    const paths = data['paths'] as string[];
    const missing = paths.filter((path) => at(data, path) === undefined);
    session.print(`missing: ${missing.join(' ')}`);
  });
}

function at(data: JsonObject, path: string): JsonValue | undefined {
  let value: JsonValue | undefined = data;
  for (const key of path.split('.')) value = (value as JsonObject | null | undefined)?.[key];
  return value;
}

describe('The filters of triggers on mapped events', () => {
  let server: ServerUnderTest;
  let example: DeployedExample;

  beforeAll(async () => {
    server = await startServerUnderTest();
    if (server.standIn !== undefined) emulate(server.standIn);
    const files = ['filters.star', 'fields.py'];
    const of = (name: string, eventType: string, filter: string, call: string) => ({
      ...{ name, connection: 'sl', event_type: eventType, filter, call },
    });
    example = await deployExample(server, await server.createUser(), {
      folder: undefined,
      files: Object.fromEntries(
        files.map((name) => [name, new Uint8Array(readFileSync(join(PROGRAMS, name)))]),
      ),
      manifest: {
        name: 'filters',
        vars: [],
        connections: [{ name: 'sl', integration: 'slack', vars: [] }],
        triggers: [
          ...TRIGGERS.map(([type, filter], index) =>
            of(`filter_${index}`, type, filter, 'filters.star:on_event'),
          ),
          of('waiting', 'wait', '', 'filters.star:on_wait'),
          of('reading', '*', 'has(data.paths)', 'fields.py:on_event'),
          of('any', '*', 'has(data.any)', 'filters.star:on_event'),
        ],
      },
    });
  });
  afterAll(async () => {
    await example.remove();
    await server.stop();
  });

  const dispatch = (event: Pick<MappedEvent, 'eventType' | 'data'>) =>
    server.system.dispatcher.dispatch({
      event: { destinationId: example.project.connections['sl'] ?? '', ...event },
      wait: true,
    });

  /** Names of the triggers that an event started sessions of. */
  async function started(event: MappedEvent): Promise<string[]> {
    const { startedSessionIds } = await dispatch(event);
    const sessions = await Promise.all(
      startedSessionIds.map((sessionId) => example.project.owner.clients.sessions.get({ sessionId })),
    );
    return sessions.map(({ session }) => session?.memo['trigger_name'] ?? '');
  }

  it.each(
    TRIGGERS.map(([type, filter, passing, ...others], index) => ({ type, filter, passing, others, index })),
  )('A trigger of $type fires only for matching events: $filter', async ({ index, passing, others }) => {
    expect(await started(passing)).toContain(`filter_${index}`);
    for (const other of others) expect(await started(other)).not.toContain(`filter_${index}`);
  });

  it.each(WAITING.map(([filter, taken, ...others]) => ({ filter, taken, others })))(
    'A session that waits for $filter gets only matching events',
    async ({ filter, taken, others }) => {
      const { startedSessionIds } = await dispatch({ eventType: 'wait', data: { filter: string(filter) } });
      const sessionId = startedSessionIds[0] ?? '';
      const prints = (): Promise<string[]> => server.prints(example.project, sessionId);
      await eventually(async () => (await prints()).includes('waiting'), 'the wait');
      for (const other of others) expect((await dispatch(other)).signaledSessionIds).toEqual([]);
      expect((await dispatch(taken)).signaledSessionIds).toEqual([sessionId]);
      await server.waitForSession(
        example.project,
        (session) => session.sessionId === sessionId && session.state === 'completed',
      );
      expect(await prints()).toEqual(['waiting', taken.eventType]);
    },
  );

  it.each(FIELDS)('Python reads everything that handlers read of %s: %s', async (file, fields) => {
    const { eventType, data } = mapped(file);
    const paths = fromJson(fields.split(' '));
    const { startedSessionIds } = await dispatch({ eventType, data: { ...data, paths } });
    const seen = await Promise.all(
      startedSessionIds.map((sessionId) =>
        eventually(async () => (await server.prints(example.project, sessionId))[0], 'what was read', 60_000),
      ),
    );
    expect(seen).toContain('missing: ');
  });

  it('Every kind of event that Slack sends starts a session', async () => {
    const events = readdirSync(PAYLOADS).filter((file) => !/^(ack|frame|retry|index)\b/.test(file));
    expect(events.length).toBeGreaterThan(40);
    const several = async (): Promise<void> => {
      for (let file = events.pop(); file !== undefined; file = events.pop()) {
        const { eventType, data } = mapped(file.replace('.json', ''));
        const { startedSessionIds } = await dispatch({ eventType, data: { ...data, any: string(file) } });
        expect(startedSessionIds.length, file).toBeGreaterThan(0);
      }
    };
    await Promise.all(Array.from({ length: 2 }, several));
    // Each is a session of a server that is real, on a machine that may be busy.
  }, 120_000);
});
