import { deadline } from '../../core/cancellation.js';
import type { Clock } from '../../core/clock.js';
import { objectAt, stringAt } from '../../core/json.js';
import type { SlackWebApi } from '../../slack/web-api.js';

/** What Slack says of a bot, as far as it decides which events come. */
export interface BotFacts {
  /** Granted scopes; unknown where Slack did not say. */
  readonly granted?: ReadonlySet<string>;
  /** Whether it is in any channel of these kinds; unknown where its scopes do not let it ask. */
  readonly channels?: { readonly kinds: 'all' | 'public' | 'private'; readonly isInAny: boolean };
}

const UNKNOWN: BotFacts = {};

interface Kept {
  readonly facts: Promise<BotFacts>;
  /** Monotonic time until which Slack is not asked again. */
  readonly until: number;
}

const KEPT_MS = 60_000;
const MOST_KEPT = 1_000;
// A page waits no longer for this; Slack's answer then serves the next look.
const WAIT_MS = 1_500;
const PAGE_SIZE = 200;

/** Asks Slack which scopes a bot has and whether it is in a channel: two calls, at most once a minute for a connection. */
export class BotFactsMemory {
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether the next question about the connection would not reach Slack. */
  isFresh(connectionId: string): boolean {
    return (this.#kept.get(connectionId)?.until ?? 0) > this.#clock.monotonic();
  }

  /** What is known; asks Slack if that is a minute old. Never rejects, and waits for Slack no longer than 1.5 s. */
  async of(slack: SlackWebApi, connectionId: string, botToken: string): Promise<BotFacts> {
    if (!this.isFresh(connectionId) && botToken !== '') this.#ask(slack, connectionId, botToken);
    const facts = this.#kept.get(connectionId)?.facts;
    if (facts === undefined) return UNKNOWN;
    const limit = deadline(this.#clock, WAIT_MS, 'Slack');
    try {
      const late = new Promise<BotFacts>((resolve) => {
        limit.signal.addEventListener('abort', () => resolve(UNKNOWN), { once: true });
      });
      return await Promise.race([facts, late]);
    } finally {
      limit.cleanup();
    }
  }

  /** Asks anew the next time: a person stored other tokens. */
  forget(connectionId: string): void {
    this.#kept.delete(connectionId);
  }

  #ask(slack: SlackWebApi, connectionId: string, botToken: string): void {
    const now = this.#clock.monotonic();
    this.#kept.delete(connectionId);
    for (const [id, { until }] of this.#kept)
      if (until <= now || this.#kept.size >= MOST_KEPT) this.#kept.delete(id);
    this.#kept.set(connectionId, { facts: askAbout(slack, botToken), until: now + KEPT_MS });
  }
}

async function askAbout(slack: SlackWebApi, botToken: string): Promise<BotFacts> {
  const auth = await slack.authTest(botToken);
  if (!auth.ok || auth.value.scopes === undefined) return UNKNOWN;
  const granted = new Set(auth.value.scopes);
  // The list of an organization's token is of one workspace, which would have to be named.
  if (auth.value.isEnterpriseInstall) return { granted };
  const types = [
    ...(granted.has('channels:read') ? ['public_channel'] : []),
    ...(granted.has('groups:read') ? ['private_channel'] : []),
  ];
  if (types.length === 0) return { granted };
  const args = { types: types.join(','), exclude_archived: true, limit: PAGE_SIZE };
  const answer = await slack.call('users.conversations', args, botToken);
  if (!answer.ok) return { granted };
  const { channels } = answer.value;
  if (!Array.isArray(channels)) return { granted };
  // A page may be empty although others follow.
  const next = stringAt(objectAt(answer.value, 'response_metadata'), 'next_cursor');
  const kinds = types.length === 2 ? 'all' : granted.has('channels:read') ? 'public' : 'private';
  return { granted, channels: { kinds, isInAny: channels.length > 0 || next !== '' } };
}
