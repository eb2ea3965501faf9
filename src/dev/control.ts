import type { App } from '../app.js';
import type { AutoKittehClient } from '../autokitteh/client.js';
import { PluginError } from '../core/errors.js';
import { isJsonObject, objectAt, stringAt, type JsonObject } from '../core/json.js';
import type { Draft, Frame } from '../sim/slack/frames/draft.js';
import type { SlackChannel } from '../sim/slack/directory/entities.js';
import type { AuthorServer } from './author-server.js';
import type { ServedConnection } from './connection.js';
import { followSlack, NO_SOCKET, type SlackFollower } from './follow-slack.js';
import { SessionFollower } from './follow-sessions.js';
import { sendableOf } from './frames.js';
import { whyNotSent } from './subscriptions.js';
import type { SendRequest } from './send-request.js';
import type { SlackWorld } from './slack-world.js';
import { Timeline, type TimelineEntry } from './timeline.js';

/** What the page, the command line and tests do with a run. */
export class Control {
  readonly timeline = new Timeline();
  readonly world: SlackWorld;
  readonly connection: ServedConnection;
  readonly #slack: SlackFollower;
  readonly #sessions: SessionFollower;
  #endApp: () => void = () => undefined;

  constructor(world: SlackWorld, line: AutoKittehClient, author: AuthorServer, connection: ServedConnection) {
    this.world = world;
    this.connection = connection;
    this.#slack = followSlack(world, this.timeline);
    this.#sessions = new SessionFollower(line, author, connection, this.timeline);
    this.#sessions.start();
  }

  /** Tells of the events that the program brings to the server. */
  follow(app: App): void {
    this.#endApp = app.events.delivery.subscribe((event) => {
      switch (event.t) {
        case 'dispatched':
        case 'recovered_unconfirmed': {
          const sent = this.#slack.numberOf(event.row.key);
          if (sent === undefined) return;
          this.timeline.add({ t: 'event', sent, eventId: event.eventId });
          this.#sessions.watch(sent, event.eventId, this.#eventType(sent));
          return;
        }
        case 'retried':
        case 'dead': {
          const sent = this.#slack.numberOf(event.row.key);
          if (sent !== undefined) this.timeline.add({ t: 'refused', sent, reason: event.reason });
          return;
        }
        default:
      }
    });
  }

  /** What a client of the run works with. */
  description(): Readonly<Record<string, unknown>> {
    const { slack, app, workspace, installation } = this.world;
    return {
      connection: this.connection.name,
      connectionId: this.connection.id,
      slackApiUrl: slack.apiUrl,
      botUserId: installation.botUser.id,
      teamId: workspace.id,
      channels: Object.fromEntries(workspace.channels.map(({ name, id }) => [name, id])),
      users: Object.fromEntries(workspace.users.map(({ name, id }) => [name, id])),
      sockets: slack.sockets(app).length,
      last: this.timeline.last,
    };
  }

  /** Does it in Slack; answers the entries of what Slack sends. Throws `bad_input` where Slack would not let a person do it. */
  send(request: SendRequest): readonly TimelineEntry[] {
    const { frames, channel } = sendableOf(request, this.world);
    if (channel !== undefined && request.kind !== 'frame') this.#join(request, channel);
    return frames.map((frame) => this.#send(frame, channel));
  }

  /** From now on calls of a method (`*` for all) are refused, `times` times: with Slack's error, or for its rate. */
  refuse(
    method: string,
    refusal: { readonly error: string } | { readonly retryAfter: number },
    times: number,
  ): void {
    const fault =
      'error' in refusal
        ? ({ t: 'error', error: refusal.error } as const)
        : ({ t: 'rate_limited', retryAfter: refusal.retryAfter } as const);
    this.world.slack.faults.api(method, fault, { times });
  }

  async stop(): Promise<void> {
    this.#endApp();
    this.#slack.end();
    await this.#sessions.stop();
  }

  #join(request: Exclude<SendRequest, { kind: 'frame' }>, channel: SlackChannel): void {
    const bot = this.world.installation.botUser.id;
    if (request.join === true || channel.kind === 'im') channel.members.add(bot);
    // Commands and clicks come from wherever people are (Slack: Events API, event types; slash commands).
    if (channel.members.has(bot) || !['message', 'mention', 'reaction'].includes(request.kind)) return;
    throw new PluginError(
      'bad_input',
      `the bot is not in #${channel.name}, so Slack sends it nothing of what happens there: invite it with --join (\`join\`), or use #general`,
    );
  }

  #send(frame: Frame, channel: SlackChannel | undefined): TimelineEntry {
    const { slack, installation, app } = this.world;
    let draft: Draft | undefined;
    const isOnline = slack.sockets(app).length > 0;
    const entry = slack.send(installation, (context) => {
      draft = frame(context);
      return draft;
    });
    const { kind, type, payload } = entry;
    const told = this.timeline.add({
      ...{ t: 'sent', kind, type, payload: withoutToken(payload) },
      channel: channel === undefined ? '' : channel.kind === 'im' ? 'a direct message' : `#${channel.name}`,
      text: textOf(payload),
      note: whyNotSent(entry, app.manifest) ?? (isOnline ? '' : NO_SOCKET),
    });
    if (type === 'message' || type === 'app_mention') keep(payload, channel);
    this.#slack.sent(entry, told.n);
    return told;
  }

  #eventType(sent: number): string {
    const [entry] = this.timeline.after(sent - 1);
    if (entry?.t !== 'sent') return '';
    const types: Readonly<Record<string, string>> = {
      interactive: 'interaction',
      slash_commands: 'slash_command',
    };
    return types[entry.kind] ?? entry.type;
  }
}

/** Puts it among the channel's messages, where `conversations.history` finds it. */
function keep(payload: JsonObject, channel: SlackChannel | undefined): void {
  const event = objectAt(payload, 'event');
  if (event === undefined || channel === undefined) return;
  const ts = stringAt(event, 'ts');
  if (channel.messages.some((message) => message['ts'] === ts)) return;
  const { channel: _, channel_type: __, event_ts: ___, ...message } = event;
  channel.messages.push({ ...message, type: 'message' });
}

function textOf(payload: JsonObject): string {
  const event = objectAt(payload, 'event');
  const [action] = Array.isArray(payload['actions']) ? payload['actions'] : [];
  return (
    stringAt(event, 'text') ||
    (stringAt(event, 'reaction') && `:${stringAt(event, 'reaction')}:`) ||
    stringAt(payload, 'text') ||
    stringAt(isJsonObject(action) ? action : undefined, 'action_id') ||
    stringAt(objectAt(objectAt(payload, 'view'), 'title'), 'text')
  );
}

function withoutToken(payload: JsonObject): JsonObject {
  const { token: _, ...others } = payload;
  return others;
}
