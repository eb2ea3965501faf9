import type { Clock, Timer } from '../core/clock.js';
import { inTurns } from '../core/in-turns.js';
import type { Background } from '../core/lifecycle.js';
import type { Log } from '../core/log.js';
import type { Random } from '../core/random.js';
import { IdentityCache, UNKNOWN, type AskSlack } from './bot-identity.js';
import type { Division } from './division.js';
import type { LivePolicy } from './policy.js';
import type { Registry } from './registry.js';
import type { TokenMemory } from './token-memory.js';
import type { BotOwner } from './whose-bot.js';

export interface IdentificationOptions {
  readonly registry: Registry;
  readonly ask: AskSlack;
  readonly memory: TokenMemory;
  /** Who asks about which tokens. */
  readonly division: Division;
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

/** The tokens of all connections. */
interface HeldTokens {
  /** Each with the apps that its connections name; those of active connections first. */
  readonly botTokens: ReadonlyMap<string, readonly string[]>;
  /** App-level tokens too. */
  readonly all: ReadonlySet<string>;
}

/** Tells the registry whose the connections' bot tokens are: at once what is remembered, then what Slack says. */
export class Identification {
  readonly #options: IdentificationOptions;
  readonly #identities: IdentityCache;
  #held: HeldTokens = { botTokens: new Map(), all: new Set() };
  /** Connections may hold other tokens by now. */
  #isHeldOld = true;
  /** Bot tokens of which something is to be told: Slack has said it, or a connection has got the token. */
  readonly #untold = new Set<string>();
  #isVerifying = false;
  /** How often all connections were to be looked at: once more after a look that began before. */
  #wanted = 0;
  /** Tokens that were saved lately, and the monotonic time of that. */
  readonly #saved = new Map<string, number>();
  /** Rings when answers are to be told to the registry. */
  #merging: Timer | undefined;
  #mergedAt = -Infinity;

  constructor(options: IdentificationOptions) {
    const { registry, memory } = options;
    this.#options = options;
    this.#identities = new IdentityCache({
      ...options,
      noted: (botToken) => {
        this.#untold.add(botToken);
        this.#mergeSoon();
      },
    });
    memory.changed.subscribe(({ token }) => this.#untold.add(token));
    registry.changed.subscribe((id) => this.#onChanged(id));
  }

  /** When Slack has first answered about any bot token since the start, on the monotonic clock. */
  get answeredAt(): number | undefined {
    return this.#identities.answeredAt;
  }

  /** Whether Slack has said lately whose the token is. */
  isFresh(botToken: string): boolean {
    return this.#identities.isFresh(botToken);
  }

  /** Every connection: what is remembered of its token decides until Slack has answered. */
  async all(): Promise<void> {
    this.#wanted += 1;
    if (this.#isVerifying) return;
    this.#isVerifying = true;
    try {
      for (let begun = 0; begun !== this.#wanted;) {
        begun = this.#wanted;
        await this.#all();
      }
    } finally {
      this.#isVerifying = false;
    }
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
    this.#isHeldOld = true;
    this.tell();
  }

  /** Tells the registry what is known of tokens, where that is news; asks nobody. What is left of many has later turns. */
  tell(): void {
    const { registry, changed, clock } = this.#options;
    this.#merging?.cancel();
    this.#merging = undefined;
    this.#mergedAt = clock.monotonic();
    let isNews = false;
    let count = 0;
    for (const botToken of this.#untold) {
      if (count === COMPARED_A_TURN) break;
      count += 1;
      this.#untold.delete(botToken);
      const state = this.#identities.last(botToken);
      for (const { record } of registry.ofBotToken(botToken))
        if (registry.identify(record.id, botToken, state)) isNews = true;
    }
    if (this.#untold.size > 0) this.#merging = clock.setTimer(0, () => this.tell());
    if (isNews) changed();
  }

  async #all(): Promise<void> {
    const { memory, division, signal } = this.#options;
    // Of a connection that has another token, something may be known already.
    this.tell();
    await this.#hold();
    const { all, botTokens } = this.#held;
    await memory.retain(all);
    await memory.recall(all);
    this.tell();
    if (signal.aborted) return;
    await inTurns(botTokens, COMPARED_A_TURN, ([botToken, appIds]) => {
      if (appIds.some((appId) => division.asksAbout(appId))) this.#identities.refresh(botToken);
    });
  }

  #onChanged(id: string): void {
    const entry = this.#options.registry.get(id);
    this.#isHeldOld = true;
    if (entry?.setup.t === 'complete' && entry.identity === UNKNOWN) this.#untold.add(entry.setup.botToken);
  }

  /** Finds out which tokens there are, and forgets the others. */
  async #hold(): Promise<void> {
    this.#endSaved();
    if (!this.#isHeldOld) return;
    this.#isHeldOld = false;
    const saved = [...this.#saved.keys()];
    const all = new Set(saved);
    const ofActive = new Map<string, string[]>();
    const ofOthers = new Map<string, string[]>();
    await inTurns(this.#options.registry.all(), COMPARED_A_TURN, ({ setup, active }) => {
      if (setup.t !== 'complete') return;
      all.add(setup.appToken).add(setup.botToken);
      const tokens = active ? ofActive : ofOthers;
      const appIds = tokens.get(setup.botToken) ?? [];
      if (!appIds.includes(setup.appId)) tokens.set(setup.botToken, [...appIds, setup.appId]);
    });
    // Slack is asked in this order, and about many tokens it takes minutes.
    await inTurns(ofOthers, COMPARED_A_TURN, ([botToken, appIds]) => {
      const known = ofActive.get(botToken);
      ofActive.set(botToken, known === undefined ? appIds : [...known, ...appIds]);
    });
    this.#held = { botTokens: ofActive, all };
    await this.#identities.retain(all);
  }

  #endSaved(): void {
    const since = this.#options.clock.monotonic() - SAVED_MS;
    for (const [token, at] of this.#saved)
      if (at < since) {
        this.#saved.delete(token);
        this.#isHeldOld = true;
      }
  }

  #mergeSoon(): void {
    const { clock, registry } = this.#options;
    const at = this.#mergedAt + Math.floor(MERGE_MS_EACH * registry.size);
    this.#merging ??= clock.setTimer(Math.max(0, at - clock.monotonic()), () => this.tell());
  }
}
