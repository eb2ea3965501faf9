import type { Clock } from '../../core/clock.js';
import { deadline } from '../../core/cancellation.js';
import { errorMessage } from '../../core/errors.js';
import type { JsonObject } from '../../core/json.js';
import type { Log } from '../../core/log.js';

/** Variable of a connection: `off` leaves messages as they are after a button was clicked. */
export const BUTTON_UPDATE_VARIABLE = 'socket_mode_button_update';

// Slack allows five uses of a response URL within 30 minutes; a slow answer is no answer.
const TIMEOUT_MS = 5_000;
// A message is updated once, however many connections got the click; Slack's clicks are minutes apart at the latest.
const REMEMBERED = 1_000;
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
  ) => Promise<{ readonly status: number }>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Replaces a clicked button in its message by what was clicked, as the built-in integration does. */
export class ButtonUpdater {
  readonly #options: ButtonUpdaterOptions;
  readonly #done = new Set<string>();

  constructor(options: ButtonUpdaterOptions) {
    this.#options = options;
  }

  /** Posts the update of one click, once. Never rejects: the click itself has been delivered. */
  async update(key: string, update: { readonly url: string; readonly body: JsonObject }): Promise<void> {
    if (this.#done.has(key) || !isSlackUrl(update.url, this.#options.apiUrl)) return;
    this.#remember(key);
    const { clock, fetch, log } = this.#options;
    const limit = deadline(clock, TIMEOUT_MS, "Slack's response URL");
    try {
      const { status } = await fetch(update.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify(update.body),
        signal: limit.signal,
        redirect: 'error',
      });
      if (status >= 400) log.warn({ status }, 'Slack refused to update a message after a click');
    } catch (error) {
      log.warn({ reason: errorMessage(error) }, 'a message was not updated after a click');
    } finally {
      limit.cleanup();
    }
  }

  #remember(key: string): void {
    this.#done.add(key);
    const oldest = this.#done.values().next();
    if (this.#done.size > REMEMBERED && oldest.done !== true) this.#done.delete(oldest.value);
  }
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
