import { createHmac, randomBytes } from 'node:crypto';
import { Channel } from '../core/channel.js';
import type { Clock } from '../core/clock.js';
import { errorMessage } from '../core/errors.js';
import { inTurns } from '../core/in-turns.js';
import type { Background } from '../core/lifecycle.js';
import type { Log } from '../core/log.js';
import type { TokenStore } from '../storage/tokens.js';
import type { BotOwner } from './whose-bot.js';

const HOUR_MS = 3_600_000;

/** A record that no connection used for so long is removed. */
export const UNUSED_MS = 30 * 24 * HOUR_MS;

/** So many records stay at most: a hundred times the connections of a large server. */
export const MOST_TOKENS = 100_000;

// How often it is noted that tokens are in use, and that Slack has said the same of one again.
const NOTED_MS = 6 * HOUR_MS;

// SHA-256's own size: a longer key would be hashed first.
const KEY_BYTES = 32;

// Some ten microseconds each.
const HASHED_A_TURN = 100;
const FILTERED_A_TURN = 2_000;

/** An app-level token is no bot's. */
const APP_LEVEL = { enterpriseId: '', teamId: '', botUserId: '', botId: '' };

/** What is remembered of one token. For an app-level token all but the app is empty. */
export interface Remembered extends BotOwner {
  /** When Slack said so. Milliseconds since 1970. */
  readonly saidAt: number;
}

export interface TokenMemoryOptions {
  readonly store: TokenStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly background: Background;
}

/**
 * What Slack said about tokens, over restarts: positive answers only, by a hash of the token. A database that cannot be
 * read or written costs what is remembered and nothing else, so no method rejects.
 */
export class TokenMemory {
  readonly #options: TokenMemoryOptions;
  /** Emits each token of which something was learnt, recalled or forgotten, and the app that it is of, or was. */
  readonly changed = new Channel<{ readonly token: string; readonly appId: string }>();
  readonly #held = new Map<string, Remembered>();
  readonly #asked = new Set<string>();
  /** What was stated last. */
  #inUse: ReadonlySet<string> = new Set();
  #key: Promise<string> | undefined;
  #notedAt = -Infinity;
  #isFailing = false;

  constructor(options: TokenMemoryOptions) {
    this.#options = options;
  }

  /** What Slack said about a token, as far as it was recalled or learnt since the start. */
  get(token: string): Remembered | undefined {
    return this.#held.get(token);
  }

  /** Reads what is remembered of these tokens, unless that was done before. */
  async recall(tokens: Iterable<string>): Promise<void> {
    const fresh: string[] = [];
    await inTurns(tokens, FILTERED_A_TURN, (token) => {
      if (!this.#asked.has(token)) fresh.push(token);
    });
    if (fresh.length === 0) return;
    await this.#try(async (store) => {
      const byHash = new Map<string, string>();
      await this.#hashAll(fresh, (hash, token) => byHash.set(hash, token));
      for (const { hash, ...remembered } of await store.recall([...byHash.keys()])) {
        const token = byHash.get(hash);
        // What was learnt meanwhile is newer.
        if (token !== undefined && !this.#asked.has(token)) this.#hold(token, remembered);
      }
      for (const token of fresh) this.#asked.add(token);
    });
  }

  /** Slack said whose a bot token is. */
  rememberBot(token: string, owner: BotOwner): void {
    this.#remember(token, owner);
  }

  /** Slack has opened a socket of this app with an app-level token. */
  rememberAppLevel(token: string, appId: string): void {
    this.#remember(token, { appId, ...APP_LEVEL });
  }

  /** Slack refused a token: what it said before no longer counts. */
  forget(token: string): void {
    this.#asked.add(token);
    const held = this.#held.get(token);
    if (held === undefined) return;
    this.#held.delete(token);
    this.changed.emit({ token, appId: held.appId });
    this.#run(async (store) => store.forget(await this.#hash(token)));
  }

  /** States which tokens connections hold, by the same set as long as these are the same: what nobody has used for 30 days is removed. */
  async retain(tokens: ReadonlySet<string>): Promise<void> {
    if (tokens !== this.#inUse) await this.#forgetOthers(tokens);
    this.#inUse = tokens;
    const { clock } = this.#options;
    if (clock.monotonic() - this.#notedAt < NOTED_MS) return;
    this.#notedAt = clock.monotonic();
    const now = clock.now();
    this.#run(async (store) => {
      const inUse: string[] = [];
      await this.#hashAll(tokens, (hash) => inUse.push(hash));
      await store.retain({ inUse, now, unusedBefore: now - UNUSED_MS, most: MOST_TOKENS });
    });
  }

  #forgetOthers(tokens: ReadonlySet<string>): Promise<void> {
    return inTurns(this.#asked, FILTERED_A_TURN, (token) => {
      if (tokens.has(token)) return;
      this.#asked.delete(token);
      this.#held.delete(token);
    });
  }

  #hold(token: string, remembered: Remembered): void {
    const before = this.#held.get(token)?.appId ?? remembered.appId;
    this.#held.set(token, remembered);
    for (const appId of new Set([before, remembered.appId])) this.changed.emit({ token, appId });
  }

  #remember(token: string, owner: BotOwner): void {
    const now = this.#options.clock.now();
    const before = this.#held.get(token);
    const isKnown = before !== undefined && sameOwner(before, owner) && now - before.saidAt < NOTED_MS;
    this.#asked.add(token);
    if (isKnown) return;
    const { appId, enterpriseId, teamId, botUserId, botId } = owner;
    const remembered = { appId, enterpriseId, teamId, botUserId, botId, saidAt: now };
    this.#hold(token, remembered);
    this.#run(async (store) =>
      store.remember({ hash: await this.#hash(token), ...remembered }, now, MOST_TOKENS),
    );
  }

  async #hash(token: string): Promise<string> {
    let hashed = '';
    await this.#hashAll([token], (hash) => (hashed = hash));
    return hashed;
  }

  async #hashAll(tokens: Iterable<string>, each: (hash: string, token: string) => unknown): Promise<void> {
    this.#key ??= this.#options.store.key(randomBytes(KEY_BYTES).toString('hex'));
    const key = Buffer.from(await this.#key, 'hex');
    await inTurns(tokens, HASHED_A_TURN, (token) => {
      each(createHmac('sha256', key).update(token).digest('hex'), token);
    });
  }

  #run(work: (store: TokenStore) => Promise<unknown>): void {
    this.#options.background.run('storing what Slack said about a token', () => this.#try(work));
  }

  async #try(work: (store: TokenStore) => Promise<unknown>): Promise<void> {
    const { store, log } = this.#options;
    try {
      await work(store);
      this.#isFailing = false;
    } catch (error) {
      this.#key = undefined;
      if (!this.#isFailing)
        log.warn(
          { reason: errorMessage(error) },
          'verified tokens cannot be stored; after a restart they are verified with Slack again',
        );
      this.#isFailing = true;
    }
  }
}

function sameOwner(left: BotOwner, right: BotOwner): boolean {
  return (
    left.appId === right.appId &&
    left.enterpriseId === right.enterpriseId &&
    left.teamId === right.teamId &&
    left.botUserId === right.botUserId &&
    left.botId === right.botId
  );
}
