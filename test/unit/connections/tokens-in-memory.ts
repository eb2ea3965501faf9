import type { TokenRecord, TokenRetention, TokenStore } from '../../../src/storage/tokens.js';

/** What Slack said about tokens, in memory: outlives a program that is made anew in the same test. */
export class TokensInMemory implements TokenStore {
  readonly records = new Map<string, TokenRecord & { readonly usedAt: number }>();
  /** How many questions and changes there were. */
  asked = 0;
  /** Says no to everything, as a full disk does. */
  failure: Error | undefined;
  #key: string | undefined;

  async key(fresh: string): Promise<string> {
    await this.#turn();
    return (this.#key ??= fresh);
  }

  async recall(hashes: readonly string[]): Promise<readonly TokenRecord[]> {
    await this.#turn();
    return hashes.flatMap((hash) => {
      const found = this.records.get(hash);
      if (found === undefined) return [];
      const { usedAt: _, ...record } = found;
      return [record];
    });
  }

  async remember(record: TokenRecord, now: number): Promise<void> {
    await this.#turn();
    this.records.set(record.hash, { ...record, usedAt: now });
  }

  async forget(hash: string): Promise<void> {
    await this.#turn();
    this.records.delete(hash);
  }

  async retain({ inUse, now, unusedBefore }: TokenRetention): Promise<number> {
    await this.#turn();
    for (const hash of inUse) {
      const record = this.records.get(hash);
      if (record !== undefined) this.records.set(hash, { ...record, usedAt: now });
    }
    const unused = [...this.records.values()].filter(({ usedAt }) => usedAt < unusedBefore);
    for (const { hash } of unused) this.records.delete(hash);
    return unused.length;
  }

  async #turn(): Promise<void> {
    this.asked += 1;
    await Promise.resolve();
    if (this.failure !== undefined) throw this.failure;
  }
}
