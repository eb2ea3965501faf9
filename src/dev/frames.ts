import { PluginError } from '../core/errors.js';
import { isJsonObject, objectAt, stringAt, type JsonObject } from '../core/json.js';
import type { Frame } from '../sim/slack/frames/draft.js';
import { innerEvent } from '../sim/slack/frames/event-callback.js';
import { reactionAdded } from '../sim/slack/frames/happenings.js';
import { blockAction, interactive, viewSubmission } from '../sim/slack/frames/interactions.js';
import { appMention, message } from '../sim/slack/frames/messages.js';
import { slashCommand } from '../sim/slack/frames/slash-command.js';
import type { SlackChannel } from '../sim/slack/directory/entities.js';
import { buttonOf, lastView, viewerOf, withValues } from './posted-things.js';
import type { SendRequest } from './send-request.js';
import { commandsOf, subscriptionsOf, subscriptionTo } from './subscriptions.js';
import { channelNamed, onlyPerson, personIn, personNamed, type SlackWorld } from './slack-world.js';

/** What Slack sends for one thing that somebody does, and where that is. */
export interface Sendable {
  readonly frames: readonly Frame[];
  readonly channel: SlackChannel | undefined;
}

/** Makes it; throws `bad_input` where Slack would not let a person do this. */
export function sendableOf(request: SendRequest, world: SlackWorld): Sendable {
  if (request.kind === 'frame') return { frames: [givenFrame(request.frame)], channel: undefined };
  if (request.kind === 'click') {
    const { channel, payload } = buttonOf(world, request);
    return { frames: [blockAction({ ...sceneIn(channel, request, world), payload })], channel };
  }
  if (request.kind === 'modal') {
    const view = withValues(lastView(world, request.callbackId), request.values ?? {});
    const viewer = viewerOf(world, view);
    const user =
      viewer === undefined
        ? personNamed(world.workspace, request.user)
        : onlyPerson(viewer, request.user, 'this modal');
    return { frames: [viewSubmission({ user, view })], channel: undefined };
  }
  const channel = channelNamed(world, request.channel);
  return { frames: framesOf(request, world, sceneIn(channel, request, world)), channel };
}

function sceneIn(
  channel: SlackChannel,
  request: Exclude<SendRequest, { kind: 'frame' }>,
  world: SlackWorld,
): Scene {
  const user = personIn(world, channel, request.user);
  channel.members.add(user.id);
  return { channel, user };
}

type Scene = { readonly channel: SlackChannel; readonly user: ReturnType<typeof personNamed> };

function framesOf(
  request: Exclude<SendRequest, { kind: 'frame' | 'click' | 'modal' }>,
  world: SlackWorld,
  scene: Scene,
): readonly Frame[] {
  switch (request.kind) {
    case 'message':
      return [message({ ...scene, ...words(request, scene) })];
    case 'mention':
      return mention({ ...scene, ...words(request, scene) }, world);
    case 'reaction': {
      const messageTs = request.message ?? stringAt(scene.channel.messages.at(-1), 'ts');
      if (messageTs === '')
        throw new PluginError('bad_input', `there is no message in #${scene.channel.name} to react to`);
      const reaction = (request.reaction ?? 'thumbsup').replaceAll(':', '');
      return [reactionAdded({ ...scene, messageTs, reaction })];
    }
    case 'command': {
      const command = request.command ?? commandsOf(world.app.manifest)[0] ?? '/autokitteh';
      return [slashCommand({ ...scene, command, text: request.text ?? '' })];
    }
  }
}

interface Words {
  readonly text: string;
  readonly threadTs?: string;
  /** What Slack adds to a message of a thread. */
  readonly event: JsonObject;
}

function words(
  { text = 'hello', thread }: { text?: string | undefined; thread?: string | undefined },
  { channel }: Scene,
): Words {
  if (thread === undefined) return { text, event: {} };
  const parent = channel.messages.find(({ ts }) => ts === thread);
  const user = stringAt(parent, 'user');
  return { text, threadTs: thread, event: user === '' ? {} : { parent_user_id: user } };
}

/** Slack sends a `message` with the same `ts` besides, to an app that subscribes to the channel's messages. */
function mention(options: Scene & Words, { app, installation }: SlackWorld): Frame[] {
  let event: JsonObject | undefined;
  const mentioned: Frame = (context) => {
    const draft = appMention(options)(context);
    event = objectAt(draft.payload, 'event');
    return draft;
  };
  if (!subscriptionsOf(app.manifest).includes(subscriptionTo('message', options.channel.kind)))
    return [mentioned];
  const also: Frame = (context) => {
    const { ts, client_msg_id, blocks } = event ?? {};
    const text = `<@${installation.botUser.id}> ${options.text}`;
    return message({
      ...options,
      text,
      event: { ...options.event, ts, event_ts: ts, client_msg_id, blocks },
    })(context);
  };
  return [mentioned, also];
}

/** A payload as somebody has it: from Slack's documentation, a log, or AutoKitteh's test data. */
function givenFrame(given: JsonObject): Frame {
  const frame = objectAt(given, 'payload') ?? given;
  const type = stringAt(frame, 'type');
  if (type === 'event_callback' && isJsonObject(frame['event'])) return innerEvent(frame['event']);
  if (stringAt(frame, 'command') !== '')
    return slashCommand({ command: stringAt(frame, 'command'), payload: own(frame) });
  if (type === '')
    throw new PluginError(
      'bad_input',
      'the frame has no "type" and no "command": give an event_callback, the event in it, an interaction, or a slash command',
    );
  if (!INTERACTIONS.has(type)) return innerEvent(frame);
  return (context) => {
    const trigger = type === 'view_closed' ? {} : { trigger_id: context.triggerId() };
    const { app, workspace } = context.installation;
    const answered = type === 'view_submission' || type === 'block_suggestion';
    const team = { id: workspace?.id ?? '', domain: workspace?.domain ?? '' };
    return interactive({ ...frame, ...trigger, api_app_id: app.id, team }, answered)(context);
  };
}

/** Slack: interaction payloads. */
const INTERACTIONS: ReadonlySet<string> = new Set([
  'block_actions',
  'block_suggestion',
  'view_submission',
  'view_closed',
  'shortcut',
  'message_action',
  'interactive_message',
  'dialog_submission',
  'dialog_suggestion',
]);

/** What tells whose payload it was: here it is of the scripted Slack's app. */
const OF_APP = new Set(['token', 'team_id', 'api_app_id', 'trigger_id', 'response_url', 'team_domain']);

function own(frame: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(frame).filter(([name]) => !OF_APP.has(name)));
}
