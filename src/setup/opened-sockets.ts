import { createHash } from 'node:crypto';
import type { Clock } from '../core/clock.js';
import type { SlackWebApi } from '../slack/web-api.js';

// Slack lets an app ask for a socket about once a minute for long, and a few times more at once.
const COUNTS_FOR_MS = 60_000;

/**
 * App-level tokens with which *Check* just opened a socket. The *Save* that follows need not ask Slack again, so that
 * the sockets that it leads to are not refused for asking too often. Each counts once, for a minute.
 */
export class OpenedSockets {
  readonly #clock: Clock;
  // Hashes: a token is kept nowhere but in AutoKitteh.
  readonly #until = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notes that Slack just opened a socket with the token. */
  note(appToken: string): void {
    const now = this.#clock.monotonic();
    for (const [key, until] of this.#until) if (until <= now) this.#until.delete(key);
    this.#until.set(keyOf(appToken), now + COUNTS_FOR_MS);
  }

  /** The same calls, but what was noted is taken for an answer, once. */
  spare(slack: SlackWebApi): SlackWebApi {
    return {
      authTest: (...call) => slack.authTest(...call),
      botsInfo: (...call) => slack.botsInfo(...call),
      call: (...call) => slack.call(...call),
      openConnection: (appToken, signal) =>
        this.#take(appToken)
          ? Promise.resolve({ ok: true, value: { scopes: undefined } })
          : slack.openConnection(appToken, signal),
    };
  }

  #take(appToken: string): boolean {
    const key = keyOf(appToken);
    const until = this.#until.get(key) ?? 0;
    this.#until.delete(key);
    return until > this.#clock.monotonic();
  }
}

function keyOf(appToken: string): string {
  return createHash('sha256').update(appToken.trim()).digest('base64');
}
