import { readFileSync } from 'node:fs';
import { fromJson, type JsonValue } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MEETINGS, startPathWorld, type PathWorld } from '../world/people.js';
import type { TestProject, TestUser } from '../world/server.js';
import { isJsonObject, type JsonObject } from '../../src/core/json.js';
import { ValueSchema } from '../../src/gen/autokitteh/values/v1/values_pb.js';
import { dataToJson } from '../../src/sim/autokitteh/values.js';
import type { SlackInstallation } from '../../src/sim/slack/directory/entities.js';
import type { Frame } from '../../src/sim/slack/frames/draft.js';
import { reactionAdded } from '../../src/sim/slack/frames/happenings.js';
import { blockAction, shortcut, viewSubmission } from '../../src/sim/slack/frames/interactions.js';
import { appMention, message, ownEcho } from '../../src/sim/slack/frames/messages.js';
import { slashCommand } from '../../src/sim/slack/frames/slash-command.js';
import type { LedgerEntry } from '../../src/sim/slack/sending/ledger-entry.js';

/** One kind of event: what Slack sends, and what the workflow must find. */
interface Kind {
  readonly name: string;
  readonly eventType: string;
  readonly filter: string;
  /** A frame that the filter takes, and one that it does not. */
  readonly matching: Frame;
  readonly other: Frame;
  /** What of the payload is the data, and what stands there besides. */
  readonly data: (payload: JsonObject) => JsonObject;
  /** File with what the built-in dispatched for a frame of this kind. */
  readonly golden: string;
}

const inner = (payload: JsonObject): JsonObject => payload['event'] as JsonObject;
const without = (payload: JsonObject, ...names: string[]): JsonObject =>
  Object.fromEntries(Object.entries(payload).filter(([name]) => !names.includes(name)));

const KINDS: readonly Kind[] = [
  {
    name: 'a message',
    eventType: 'message',
    filter: "data.thread_ts == '' && data.text.startsWith('!')",
    matching: message({ text: '!deploy "now" & then <rest>' }),
    other: message({ text: '!deploy', threadTs: '1760000000.000100' }),
    data: (payload) => ({
      ...inner(payload),
      thread_ts: '',
      subtype: '',
      bot_id: '',
      hidden: false,
      root: null,
    }),
    golden: 'message.channels',
  },
  {
    name: 'a mention',
    eventType: 'app_mention',
    filter: 'data.text.endsWith("please")',
    matching: appMention({ text: 'help, please' }),
    other: appMention({ text: 'help' }),
    data: (payload) => ({ ...inner(payload), thread_ts: '' }),
    golden: 'app_mention',
  },
  {
    name: 'a reaction',
    eventType: 'reaction_added',
    filter: 'data.reaction == "eyes" && data.item.type == "message"',
    matching: reactionAdded({ reaction: 'eyes' }),
    other: reactionAdded({ reaction: 'thumbsup' }),
    data: (payload) => inner(payload),
    golden: 'reaction_added',
  },
  {
    name: 'a slash command',
    eventType: 'slash_command',
    filter: 'data.command == "/autokitteh" && data.text == "status"',
    matching: slashCommand({ text: 'status' }),
    other: slashCommand({ text: 'stop' }),
    data: (payload) => ({ ...without(payload, 'token'), is_enterprise_install: false, enterprise_id: '' }),
    golden: 'slash_command',
  },
  {
    name: 'an interaction with a message',
    eventType: 'interaction',
    filter: 'data.type == "block_actions" && data.actions[0].action_id == "approve"',
    matching: blockAction({ actionId: 'approve', value: 'v7' }),
    other: blockAction({ actionId: 'reject' }),
    data: (payload) => ({ ...without(payload, 'token', 'enterprise', 'actions', 'message'), view: null }),
    golden: 'interactive.block_actions.message',
  },
  {
    name: 'an interaction with a modal',
    eventType: 'interaction',
    filter: 'data.type == "view_submission"',
    matching: viewSubmission({ callbackId: 'ask' }),
    other: shortcut(),
    data: (payload) => ({ ...without(payload, 'token', 'enterprise', 'view'), actions: [], message: null }),
    golden: 'interactive.view_submission',
  },
];

describe.each(MEETINGS)('an event from Slack reaches a workflow, server: %s', (meeting) => {
  let world: PathWorld;
  let user: TestUser;
  let installation: SlackInstallation;
  let project: TestProject;
  let cid: string;

  beforeAll(async () => {
    world = await startPathWorld(meeting);
    user = await world.server.createUser();
    installation = world.slack.install(world.slack.addApp(), world.slack.addWorkspace('Acme'));
    const filtered = KINDS.map(({ eventType, filter }) => ({
      ...{ connection: 'sl', eventType, filter },
      call: 'on_event' as const,
    }));
    project = await world.server.createProject(user, {
      connections: { sl: {} },
      triggers: [...filtered, { connection: 'sl', call: 'on_other_event' }],
    });
    cid = project.connections['sl'] ?? '';
    await world.server.deploy(project);
    await world.connect(user, cid, installation);
  });
  afterAll(() => world.stop());

  /** Waits until the server has dealt with it; the functions that were called for it, and what they printed. */
  const sessionsOf = async (entry: LedgerEntry): Promise<{ call: string; sessionId: string }[]> => {
    const eventId = await world.eventOf(entry, cid);
    const mine = (session: { eventId: string }): boolean => session.eventId === eventId;
    const caught = (session: { eventId: string; call: string; state: string }): boolean =>
      mine(session) && session.call === 'on_other_event' && session.state === 'completed';
    // This trigger takes everything, so that it tells when the server has looked at all of them.
    await world.server.waitForSession(project, caught);
    return (await world.server.sessionsOf(project)).filter(mine);
  };

  describe.each(KINDS)('$name', ({ eventType, matching, other, data, golden }) => {
    it('An event starts the session that it should, with the data that it should', async () => {
      const entry = world.slack.send(installation, matching);
      const sessions = await sessionsOf(entry);
      expect(sessions.map(({ call }) => call).sort()).toEqual(['on_event', 'on_other_event']);
      const printed = await world.server.eventPrinted(
        project,
        sessions.find(({ call }) => call === 'on_event')?.sessionId ?? '',
      );
      expect(printed.event_type).toBe(eventType);
      expect(printed.data).toMatchObject(data(entry.payload));
      expect(printed.data).toMatchObject({
        slack_envelope: { kind: entry.kind, app_id: installation.app.id, retry_attempt: 0, cut: false },
      });
      expect(lacking(goldenData(golden), printed.data as JsonObject)).toEqual([]);
    });

    it('An event is acknowledged in time by this program, and a command with an echo of it', async () => {
      const entry = await world.slack.ledger.settled(world.slack.send(installation, matching));
      expect(entry.attempts).toHaveLength(1);
      expect(entry.state).toBe('acknowledged');
      const { payload } = world.slack.ledger.answer(entry) ?? {};
      if (entry.kind !== 'slash_commands') expect(payload ?? {}).toEqual({});
      else {
        const text = { type: 'mrkdwn', text: 'Your command: `/autokitteh status`' };
        expect(payload).toEqual({ blocks: [{ type: 'section', text }] });
      }
    });

    it('An event starts nothing by a filter that it does not match', async () => {
      const entry = world.slack.send(installation, other);
      const sessions = await sessionsOf(entry);
      expect(sessions.map(({ call }) => call)).toEqual(['on_other_event']);
      expect((await world.slack.ledger.settled(entry)).state).toBe('acknowledged');
    });
  });

  it('A click on a button updates its message, as the built-in does', async () => {
    const before = world.slack.responses.length;
    const entry = world.slack.send(installation, blockAction({ actionId: 'approve' }));
    await world.slack.calls.waitFor(() => world.slack.responses.length > before);
    expect(world.slack.responses.at(-1)?.body).toMatchObject({ replace_original: true });
    await sessionsOf(entry);
  });

  it('A message of the app itself does not come, so that no workflow answers itself', async () => {
    const own = world.slack.send(installation, ownEcho({ text: '!echo' }));
    const next = world.slack.send(installation, message({ text: '!afterwards' }));
    await sessionsOf(next);
    expect((await world.slack.ledger.settled(own)).state).toBe('acknowledged');
    expect(await world.eventsOf(own, cid)).toEqual([]);
  });

  it('A repeated delivery comes once', async () => {
    world.slack.faults.delivery({ duplicate: 1 });
    const entry = world.slack.send(installation, message({ text: '!once' }));
    await sessionsOf(entry);
    world.slack.faults.clear();
    await sessionsOf(world.slack.send(installation, message({ text: '!next' })));
    expect(await world.eventsOf(entry, cid)).toHaveLength(1);
  });
});

function goldenData(name: string): JsonObject {
  const file = new URL(`../data/golden/${name}.json`, import.meta.url);
  const { dispatched } = JSON.parse(readFileSync(file, 'utf8')) as {
    dispatched: { data: Record<string, JsonValue> }[];
  };
  const fields = Object.entries(dispatched[0]?.data ?? {});
  return dataToJson(Object.fromEntries(fields.map(([key, value]) => [key, fromJson(ValueSchema, value)])));
}

/**
 * Paths of keys that the built-in gives and `data` has not, or of another kind; what may be absent may be of any. What
 * is in blocks is Slack's alone.
 */
function lacking(built: unknown, data: unknown, path = 'data'): string[] {
  if (Array.isArray(built) && Array.isArray(data))
    return built.length > 0 && data.length > 0 ? lacking(built[0], data[0], `${path}[0]`) : [];
  if (!isJsonObject(built) || !isJsonObject(data))
    return built === null || data === null || typeof built === typeof data ? [] : [path];
  return Object.entries(built).flatMap(([key, value]) =>
    key in data ? lacking(key === 'blocks' ? [] : value, data[key], `${path}.${key}`) : [`${path}.${key}`],
  );
}
