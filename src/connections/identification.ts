import type { Clock, Timer } from '../core/clock.js';
import { inTurns } from '../core/in-turns.js';
import type { Background } from '../core/lifecycle.js';
import type { Log } from '../core/log.js';
import type { Random } from '../core/random.js';
import { IdentityCache, type AskSlack } from './bot-identity.js';
import type { LivePolicy } from './policy.js';
import type { Registry } from './registry.js';
import type { TokenMemory } from './token-memory.js';
import type { BotOwner } from './whose-bot.js';

export interface IdentificationOptions {
  readonly registry: Registry;
  readonly ask: AskSlack;
  readonly memory: TokenMemory;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly policy: LivePolicy;
  readonly background: Background;
  readonly signal: AbortSignal;
  /** Called when it became known whose a connection's bot token is, or that it is nobody's any more. */
  readonly changed: () => void;
}

// The reconciler reads the variables of a connection soon after they were saved; until then nobody holds the tokens.
const SAVED_MS = 60_000;

// Answers of Slack are compared with what the registry knows in one go, and the more connections there are, the more
// answers in one: the work for all of them grows as their number does.
const MERGE_MS_EACH = 0.1;

// A comparison takes a few microseconds.
const COMPARED_A_TURN = 250;

/** Tells the registry whose the connections' bot tokens are: at once what is remembered, then what Slack says. */
export class Identification {
  readonly #options: IdentificationOptions;
  readonly #identities: IdentityCache;
  /** Tokens that were saved lately, and the monotonic time of that. */
  readonly #saved = new Map<string, number>();
  /** Rings when answers are to be told to the registry. */
  #merging: Timer | undefined;
  #mergedAt = -Infinity;

  constructor(options: IdentificationOptions) {
    this.#options = options;
    this.#identities = new IdentityCache({ ...options, noted: () => this.#mergeSoon() });
  }

  /** When Slack has first answered about any bot token since the start, on the monotonic clock. */
  get answeredAt(): number | undefined {
    return this.#identities.answeredAt;
  }

  /** Every connection: what is remembered of its token decides until Slack has answered. */
  async all(): Promise<void> {
    const { registry, memory } = this.#options;
    const saved = this.#savedLately();
    const tokens = new Set(saved);
    const botTokens = new Set<string>();
    await inTurns(registry.all(), COMPARED_A_TURN, ({ setup }) => {
      if (setup.t !== 'complete') return;
      tokens.add(setup.appToken).add(setup.botToken);
      botTokens.add(setup.botToken);
    });
    this.#identities.retain(new Set([...saved, ...botTokens]));
    memory.retain(tokens);
    await memory.recall(tokens);
    this.tell();
    this.#identities.refresh(botTokens);
  }

  /** Asks Slack about these connections' bot tokens, unless it said something lately; resolves when that is told. */
  async of(connectionIds: readonly string[], isPersonWaiting = false): Promise<void> {
    const botTokens = new Set<string>();
    for (const id of connectionIds) {
      const setup = this.#options.registry.get(id)?.setup;
      if (setup?.t === 'complete') botTokens.add(setup.botToken);
    }
    await Promise.all([...botTokens].map((token) => this.#identities.fresh(token, isPersonWaiting)));
    if (this.#merging !== undefined) this.tell();
  }

  /** Asks and tells nothing more. */
  stop(): void {
    this.#merging?.cancel();
    this.#identities.stop();
  }

  /** Has the connection's bot token asked about the next time, however lately Slack said something. */
  invalidate(connectionId: string): void {
    const setup = this.#options.registry.get(connectionId)?.setup;
    if (setup?.t === 'complete') this.#identities.invalidate(setup.botToken);
  }

  /** Slack said whose a bot token is, and that it opens sockets with the app-level token, when a person saved both. */
  learn(
    tokens: { readonly botToken: string; readonly appToken: string },
    owner: BotOwner,
    team: string,
  ): void {
    const now = this.#options.clock.monotonic();
    this.#saved.set(tokens.botToken, now).set(tokens.appToken, now);
    this.#identities.learn(tokens.botToken, owner, team);
    this.#options.memory.rememberAppLevel(tokens.appToken, owner.appId);
    this.tell();
  }

  /** Tells the registry what is known; asks nobody. */
  tell(): void {
    const { registry, changed, clock } = this.#options;
    this.#merging?.cancel();
    this.#merging = undefined;
    this.#mergedAt = clock.monotonic();
    const news = [...registry.all()].map(
      ({ record, setup }) =>
        setup.t === 'complete' &&
        registry.identify(record.id, setup.botToken, this.#identities.last(setup.botToken)),
    );
    if (news.includes(true)) changed();
  }

  #savedLately(): string[] {
    const since = this.#options.clock.monotonic() - SAVED_MS;
    for (const [token, at] of this.#saved) if (at < since) this.#saved.delete(token);
    return [...this.#saved.keys()];
  }

  #mergeSoon(): void {
    const { clock, registry } = this.#options;
    const at = this.#mergedAt + Math.floor(MERGE_MS_EACH * registry.size);
    this.#merging ??= clock.setTimer(Math.max(0, at - clock.monotonic()), () => this.tell());
  }
}
