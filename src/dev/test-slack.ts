import { loadConfig } from '../config.js';
import { PluginError } from '../core/errors.js';
import type { JsonObject } from '../core/json.js';
import { readAppManifest } from '../setup/app-manifest.js';
import { readSendRequest, type SendRequest } from './send-request.js';
import type { SlackWorld } from './slack-world.js';
import { startDev, type Dev } from './start-dev.js';
import type { TimelineEntry, Happening } from './timeline.js';
import { FINAL } from './session-states.js';

/** What a test says of the project that it tests. */
export interface TestSlackOptions {
  /** `project/connection`, which is made if it is not there, or the connection's id. */
  readonly connection: string;
  /** The AutoKitteh server; `http://localhost:9980` unless given. */
  readonly autokittehUrl?: string;
  /** The server's signing key; that of a server in development mode unless this or `token` is given. */
  readonly signKey?: string;
  /** A service token of the server, instead of the key. */
  readonly token?: string;
  /** Whether a server on another machine is meant. */
  readonly yesThisServer?: boolean;
  /** The Slack app's manifest as an object; the app that the set-up page proposes unless given. */
  readonly appManifest?: unknown;
  /** Gets the program's warnings, a line at a time. */
  readonly tell?: (line: string) => void;
}

/** A call of Slack's Web API by a workflow, or a post to a response_url. */
export type SlackCall = Extract<TimelineEntry, { t: 'call' }>;

/** A session that an event has started, when it has ended. */
export interface EndedSession {
  readonly sessionId: string;
  /** `completed`, `error` or `stopped`. */
  readonly state: string;
  /** Why it failed; empty if it did not. */
  readonly error: string;
  readonly prints: readonly string[];
}

/** Something that Slack has sent. */
export interface SentEvent {
  /** Its number in the timeline. */
  readonly n: number;
  /** The event's type, the interaction's, or the slash command. */
  readonly type: string;
  readonly payload: JsonObject;
  /** Resolves with what a workflow answered in time, null for nothing; rejects if it was not acknowledged. */
  acknowledged(timeoutMs?: number): Promise<JsonObject | null>;
  /** Resolves when the session that it started has ended; rejects, with the reason, if it started none. */
  session(timeoutMs?: number): Promise<EndedSession>;
}

/** A scripted Slack in front of one connection of a project. */
export interface TestSlack {
  /** A page on which one can watch. */
  readonly url: string;
  /** What `SLACK_API_URL` of other code is to be set to. */
  readonly slackApiUrl: string;
  /** The scripted Slack itself, with its workspace and the installed app. */
  readonly world: SlackWorld;
  /** Everything so far, oldest first. */
  readonly timeline: readonly TimelineEntry[];
  /** Waits for an open socket, and does it in Slack; the first of what Slack sends. Rejects with `bad_input` where Slack would not let a person do it. */
  send(request: SendRequest): Promise<SentEvent>;
  /** The first call of this method that is as wanted, now or later. Entries up to number `after` do not count. */
  waitForCall(
    method: string,
    isWanted?: (call: SlackCall) => boolean,
    options?: WaitOptions,
  ): Promise<SlackCall>;
  /** The first message that a workflow posts, updates or answers with, whose text has these words. */
  waitForPost(words: string | RegExp, options?: WaitOptions): Promise<SlackCall>;
  /** The next calls of a method (`*` for all) are refused: with Slack's error, or for the rate of calls. */
  refuse(
    method: string,
    refusal: { readonly error: string } | { readonly retryAfter: number },
    times?: number,
  ): void;
  /** Ends it, and removes at the server what it made. */
  stop(): Promise<void>;
}

export interface WaitOptions {
  /** 30 seconds unless given. */
  readonly timeoutMs?: number;
  /** The number of an entry; 0 unless given. */
  readonly after?: number;
}

const TIMEOUT_MS = 30_000;
const POSTS = new Set(['chat.postMessage', 'chat.postEphemeral', 'chat.update', 'response_url']);

/**
 * Starts a scripted Slack and this program in front of one connection, as `ak-slack dev` does. Rejects with `bad_input` where it must not
 * serve that server or connection, with `not_found`, or with what the server refuses; then nothing is left of it.
 */
export async function openTestSlack(options: TestSlackOptions): Promise<TestSlack> {
  const { autokittehUrl, signKey, token } = options;
  const environment = {
    ...(autokittehUrl === undefined ? {} : { AUTOKITTEH_URL: autokittehUrl }),
    ...(signKey === undefined ? {} : { AUTOKITTEH_SIGN_KEY: signKey }),
    ...(token === undefined ? {} : { AUTOKITTEH_TOKEN: token }),
    LOG_LEVEL: 'warn',
  };
  const dev = await startDev(loadConfig(environment, {}, false), {
    connection: options.connection,
    yesThisServer: options.yesThisServer ?? false,
    appManifest: options.appManifest === undefined ? undefined : readAppManifest(options.appManifest),
    port: 0,
    tell: options.tell ?? (() => undefined),
  });
  return testSlackOf(dev);
}

function testSlackOf(dev: Dev): TestSlack {
  const { control } = dev;
  const { timeline, world } = control;
  const wait = <Found extends TimelineEntry>(
    what: string,
    isWanted: (entry: TimelineEntry) => entry is Found,
    { after = 0, timeoutMs = TIMEOUT_MS }: WaitOptions = {},
  ): Promise<Found> => waitFor(dev, what, isWanted, after, timeoutMs);
  return {
    ...{ url: dev.url, slackApiUrl: world.slack.apiUrl, world },
    get timeline() {
      return timeline.after(0);
    },
    async send(request) {
      await world.slack.waitForSockets(world.app, 1, TIMEOUT_MS).catch((cause: unknown) => {
        const message = `no socket was open within 30 s: has ${dev.connection.name.split('/')[0]} an active deployment?`;
        throw new PluginError('timeout', message, { cause });
      });
      const [sent] = control.send(readSendRequest(request));
      if (sent?.t !== 'sent') throw new PluginError('internal', 'nothing was sent');
      return sentEvent(dev, sent);
    },
    waitForCall: (method, isWanted = () => true, waitOptions) =>
      wait(
        `a call of ${method}`,
        (entry): entry is SlackCall => isCall(entry, method) && isWanted(entry),
        waitOptions,
      ),
    waitForPost: (words, waitOptions) =>
      wait(
        `a message with ${String(words)}`,
        (entry): entry is SlackCall =>
          entry.t === 'call' && POSTS.has(entry.method) && entry.ok && has(entry.text, words),
        waitOptions,
      ),
    refuse: (method, refusal, times = 1) => control.refuse(method, refusal, times),
    stop: () => dev.stop(),
  };
}

function isCall(entry: TimelineEntry, method: string): entry is SlackCall {
  return entry.t === 'call' && entry.method === method;
}

function has(text: string, words: string | RegExp): boolean {
  return typeof words === 'string' ? text.includes(words) : words.test(text);
}

type Sent = Extract<TimelineEntry, { t: 'sent' }>;
type About<Kind extends Happening['t']> = Extract<TimelineEntry, { t: Kind }>;

function sentEvent(dev: Dev, { n, type, payload }: Sent): SentEvent {
  const about = <Kind extends Happening['t']>(
    entry: TimelineEntry,
    ...kinds: readonly Kind[]
  ): entry is About<Kind> =>
    'sent' in entry && entry.sent === n && (kinds as readonly string[]).includes(entry.t);
  return {
    ...{ n, type, payload },
    async acknowledged(timeoutMs = TIMEOUT_MS) {
      const entry = await waitFor(
        dev,
        'an acknowledgement',
        (each): each is About<'acknowledged' | 'unacknowledged'> =>
          about(each, 'acknowledged', 'unacknowledged'),
        n,
        timeoutMs,
      );
      if (entry.t === 'unacknowledged') throw new PluginError('timeout', entry.reason);
      return entry.answer;
    },
    async session(timeoutMs = TIMEOUT_MS) {
      const entry = await waitFor(
        dev,
        'the end of a session',
        (each): each is About<'session' | 'no_session' | 'unacknowledged'> =>
          about(each, 'no_session', 'unacknowledged') || (about(each, 'session') && FINAL.has(each.state)),
        n,
        timeoutMs,
      );
      if (entry.t !== 'session') throw new PluginError('not_found', entry.reason);
      const { sessionId, state, error } = entry;
      const prints = dev.control.timeline
        .after(n)
        .flatMap((each) => (each.t === 'print' && each.sessionId === sessionId ? [each.text] : []));
      return { sessionId, state, error, prints };
    },
  };
}

async function waitFor<Found extends TimelineEntry>(
  { control: { timeline } }: Dev,
  what: string,
  isWanted: (entry: TimelineEntry) => entry is Found,
  after: number,
  timeoutMs: number,
): Promise<Found> {
  const end = performance.now() + timeoutMs;
  for (let last = after; ;) {
    const left = end - performance.now();
    const entries = await timeline.waitAfter(last, Math.max(0, left));
    const found = entries.find(isWanted);
    if (found !== undefined) return found;
    last = entries.at(-1)?.n ?? last;
    if (left <= 0) throw new PluginError('timeout', `${what} did not come within ${timeoutMs} ms`);
  }
}
