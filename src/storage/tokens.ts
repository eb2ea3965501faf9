/** The name under which a journal keeps the installation's key. */
export const TOKEN_KEY = 'token_key';

/** What Slack said about one token. The token itself is never stored. */
export interface TokenRecord {
  /** HMAC of the token with the installation's key, in hexadecimal digits. */
  readonly hash: string;
  /** The Slack app that the token belongs to (`A...`). */
  readonly appId: string;
  /** Empty outside Enterprise Grid, and for an app-level token. */
  readonly enterpriseId: string;
  /** Empty for a token of a whole organisation, and for an app-level token. */
  readonly teamId: string;
  /** Empty for an app-level token. */
  readonly botUserId: string;
  /** Empty for an app-level token. */
  readonly botId: string;
  /** When Slack said so. Milliseconds since 1970. */
  readonly saidAt: number;
}

/** Which records stay. Times are milliseconds since 1970. */
export interface TokenRetention {
  /** Hashes of the tokens that connections hold now; their records count as used now. */
  readonly inUse: readonly string[];
  readonly now: number;
  /** Records that were last used before this are removed. */
  readonly unusedBefore: number;
  /** At most so many records stay; the ones used longest ago are removed first. */
  readonly most: number;
}

/**
 * What Slack said about tokens, kept over restarts; positive answers only. Every method resolves when its effect is on the
 * disk, and rejects as those of the journal do. Methods that are called one after another take effect in that order.
 */
export interface TokenStore {
  /** The installation's key for HMACs: the one that is stored, else `fresh`, which is stored. */
  key(fresh: string): Promise<string>;
  /** The records with these hashes, in no particular order. */
  recall(hashes: readonly string[]): Promise<readonly TokenRecord[]>;
  /** Adds a record, or replaces the one with its hash; it counts as used at `now`. At most `most` records stay. */
  remember(record: TokenRecord, now: number, most: number): Promise<void>;
  /** Removes the record with this hash, if there is one. */
  forget(hash: string): Promise<void>;
  /** Notes which tokens are in use, then removes the records that nobody needs. Answers how many it removed. */
  retain(retention: TokenRetention): Promise<number>;
}
