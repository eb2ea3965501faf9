import { deadline } from '../core/cancellation.js';
import type { Clock } from '../core/clock.js';
import { errorMessage } from '../core/errors.js';
import { isJsonObject, stringAt, type JsonObject } from '../core/json.js';
import { Background } from '../core/lifecycle.js';
import type { Log } from '../core/log.js';
import { cutText } from '../core/text.js';
import { clickedMessage, updateAfterButton, type ShownMessage } from '../events/message-update.js';

// A slow answer is no answer.
const TIMEOUT_MS = 5_000;
// Later the message may have been written by a workflow meanwhile, and an update would undo that.
const LATE_MS = 10_000;
// Slack allows five uses of a response URL within 30 minutes.
const REMEMBERED_MS = 30 * 60 * 1_000;
const REMEMBERED = 1_000;
// Characters of what is remembered, of all messages.
const REMEMBERED_LENGTH = 16 * 1024 * 1024;
// Of what is posted. Slack takes 40,000 characters of text and 50 blocks (Slack: chat.postMessage, truncating content).
const LONGEST_BODY = 256 * 1024;
// Bytes of Slack's answer; its errors are short words.
const LONGEST_ANSWER = 4_096;
// Slack: GovSlack has hosts of its own.
const HOSTS = ['slack.com', 'slack-gov.com'];

export interface ButtonUpdaterOptions {
  /** The base of Slack's Web API: its origin may be posted to, besides Slack's own hosts. */
  readonly apiUrl: string;
  readonly fetch: (
    url: string,
    init: {
      method: string;
      headers: Record<string, string>;
      body: string;
      signal: AbortSignal;
      redirect: 'error';
    },
  ) => Promise<{ readonly status: number; readonly body: AsyncIterable<Uint8Array> | null }>;
  readonly clock: Clock;
  readonly log: Log;
}

/** One click on a message. */
export interface Click {
  readonly appId: string;
  /** The same for each delivery of it. */
  readonly key: string;
  readonly payload: JsonObject;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
}

/** A message that was clicked lately. */
interface Remembered {
  readonly until: number;
  /** Clicks that were taken, and looks of the message that were replaced. */
  readonly clicks: ReadonlySet<string>;
  readonly replaced: ReadonlySet<string>;
  /** What was posted last. */
  readonly shown: ShownMessage | undefined;
  readonly length: number;
}

const NOTHING: Omit<Remembered, 'until'> = {
  ...{ clicks: new Set<string>(), replaced: new Set<string>() },
  ...{ shown: undefined, length: 0 },
};

/** Replaces a clicked button in its message by what was clicked, as the built-in integration does. */
export class ButtonUpdater {
  readonly #options: ButtonUpdaterOptions;
  readonly #background: Background;
  /** By message, oldest first. */
  readonly #remembered = new Map<string, Remembered>();
  #length = 0;
  /** Clicks on one message are posted one after the other. */
  readonly #posting = new Map<string, Promise<void>>();

  constructor(options: ButtonUpdaterOptions) {
    this.#options = options;
    this.#background = new Background((name, error) =>
      options.log.warn({ reason: errorMessage(error) }, `${name} failed`),
    );
  }

  /** Begins to post the update of one click. */
  begin(click: Click): void {
    this.#background.run('updating a message', () => this.update(click));
  }

  /** Resolves when every update that was begun has ended. */
  idle(): Promise<void> {
    return this.#background.idle();
  }

  /** Posts the update of one click, once, or not at all if it would come late. Never rejects: the click itself is taken. */
  async update(click: Click): Promise<void> {
    const clicked = clickedMessage(click.payload);
    const url = stringAt(click.payload, 'response_url');
    if (clicked === undefined || !isSlackUrl(url, this.#options.apiUrl)) return;
    const key = `${click.appId}\n${clicked.key}`;
    const before = this.#posting.get(key) ?? Promise.resolve();
    const posting = before.then(() => this.#updateNow(click, key, clicked.look));
    this.#posting.set(key, posting);
    await posting;
    if (this.#posting.get(key) === posting) this.#posting.delete(key);
  }

  async #updateNow({ key: click, payload, receivedAt }: Click, key: string, look: string): Promise<void> {
    const { clock, log } = this.#options;
    const known = this.#recall(key);
    if (known.clicks.has(click) || clock.now() - receivedAt > LATE_MS) return;
    // A look that was not replaced is newer than what was posted: a workflow wrote it, or it holds our lines already.
    const update = updateAfterButton(payload, known.replaced.has(look) ? known.shown : undefined);
    if (update === undefined) return;
    const body = JSON.stringify(update.body);
    if (body.length > LONGEST_BODY) {
      log.warn({ characters: body.length }, 'a message is too long to be updated after a click');
      return;
    }
    const clicks = new Set(known.clicks).add(click);
    try {
      const refusal = await this.#post(update.url, body);
      if (refusal === undefined) {
        const replaced = new Set(known.replaced).add(look);
        this.#remember(key, { clicks, replaced, shown: update.shown, length: 0 });
        return;
      }
      log.warn(refusal, 'Slack refused to update a message after a click');
    } catch (error) {
      log.warn({ reason: errorMessage(error) }, 'a message was not updated after a click');
    }
    this.#remember(key, { ...known, clicks });
  }

  /** What Slack says against it, if it does; with HTTP 200 too. */
  async #post(url: string, body: string): Promise<{ status: number; error: string } | undefined> {
    const { clock, fetch } = this.#options;
    const limit = deadline(clock, TIMEOUT_MS, "Slack's response URL");
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8' },
        body,
        signal: limit.signal,
        redirect: 'error',
      });
      const { status } = answer;
      const error = errorIn(answer.body === null ? '' : await startOf(answer.body));
      return status < 400 && error === undefined ? undefined : { status, error: error ?? '' };
    } finally {
      limit.cleanup();
    }
  }

  #recall(key: string): Omit<Remembered, 'until'> {
    const known = this.#remembered.get(key);
    return known === undefined || known.until <= this.#options.clock.monotonic() ? NOTHING : known;
  }

  #remember(key: string, what: Omit<Remembered, 'until'>): void {
    const { shown, clicks, replaced } = what;
    this.#forget(key);
    const length = JSON.stringify([shown, ...clicks, ...replaced]).length;
    const until = this.#options.clock.monotonic() + REMEMBERED_MS;
    this.#remembered.set(key, { ...what, length, until });
    this.#length += length;
    for (const [oldest] of this.#remembered) {
      if (this.#remembered.size <= REMEMBERED && this.#length <= REMEMBERED_LENGTH) break;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    this.#length -= this.#remembered.get(key)?.length ?? 0;
    this.#remembered.delete(key);
  }
}

/** The text of an answer up to its longest; the rest is not read. */
async function startOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > LONGEST_ANSWER) break;
  }
  return Buffer.concat(chunks).toString('utf8', 0, LONGEST_ANSWER);
}

/** The error in an answer of a response URL: `{"ok":false,"error":"…"}`. */
function errorIn(text: string): string | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isJsonObject(answer) || answer['ok'] !== false) return undefined;
  return cutText(stringAt(answer, 'error') || 'an error without a name', 64);
}

/** Whether a URL that came in a payload may be posted to: Slack's own hosts over TLS, or the configured API's origin. */
export function isSlackUrl(text: string, apiUrl: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return false;
  if (url.origin === new URL(apiUrl).origin) return true;
  const slack = HOSTS.some((host) => url.hostname === host || url.hostname.endsWith(`.${host}`));
  return url.protocol === 'https:' && slack && url.port === '';
}
