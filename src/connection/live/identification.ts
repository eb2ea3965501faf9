import type { Clock } from '../../core/clock.js';
import type { Log } from '../../core/log.js';
import type { Random } from '../../core/random.js';
import { IdentityCache, type AskSlack } from './identity.js';
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
  readonly signal: AbortSignal;
  /** Called when it became known whose a connection's bot token is, or that it is nobody's any more. */
  readonly changed: () => void;
}

// The reconciler reads the variables of a connection soon after they were saved; until then nobody holds the tokens.
const SAVED_MS = 60_000;

/** Tells the registry whose the connections' bot tokens are: at once what is remembered, then what Slack says. */
export class Identification {
  readonly #options: IdentificationOptions;
  readonly #identities: IdentityCache;
  /** Tokens that were saved lately, and the monotonic time of that. */
  readonly #saved = new Map<string, number>();

  constructor(options: IdentificationOptions) {
    this.#options = options;
    this.#identities = new IdentityCache(options);
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
    const botTokens = new Set(saved);
    for (const { setup } of registry.all()) {
      if (setup.t !== 'complete') continue;
      tokens.add(setup.appToken).add(setup.botToken);
      botTokens.add(setup.botToken);
    }
    this.#identities.retain(botTokens);
    memory.retain(tokens);
    await memory.recall(tokens);
    this.tell();
    await this.of([...registry.all()].map(({ record }) => record.id));
  }

  /** Asks Slack about these connections' bot tokens, unless it said something lately. */
  async of(connectionIds: readonly string[]): Promise<void> {
    await Promise.all(connectionIds.map((id) => this.#one(id)));
  }

  /** Has the connection's bot token asked about the next time, however lately Slack said something. */
  doubt(connectionId: string): void {
    const setup = this.#options.registry.get(connectionId)?.setup;
    if (setup?.t === 'complete') this.#identities.doubt(setup.botToken);
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
    const { registry, changed } = this.#options;
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

  async #one(connectionId: string): Promise<void> {
    const { registry, changed } = this.#options;
    const setup = registry.get(connectionId)?.setup;
    if (setup?.t !== 'complete') return;
    const state = await this.#identities.get(setup.botToken);
    if (!registry.identify(connectionId, setup.botToken, state)) return;
    // Others may have the same token: they learn it at the same time, so that it is one change.
    for (const other of registry.all())
      if (other.setup.t === 'complete' && other.setup.botToken === setup.botToken)
        registry.identify(other.record.id, setup.botToken, state);
    changed();
  }
}
