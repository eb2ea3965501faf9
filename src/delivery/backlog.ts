import type { SourceStats } from '../storage/journal.js';

// What a row takes in the journal besides its body.
const ROW_BYTES = 512;

/** How many bytes of each app wait to be delivered; kept in memory, begun from the journal's counts. */
export class Backlog {
  readonly #bytes = new Map<string, number>();

  load(sources: readonly SourceStats[]): void {
    this.#bytes.clear();
    for (const { appId, waiting, waitingBytes } of sources) {
      this.#change(appId, waitingBytes + waiting * ROW_BYTES);
    }
  }

  of(appId: string): number {
    return this.#bytes.get(appId) ?? 0;
  }

  add(appId: string, body: string): void {
    this.#change(appId, body.length + ROW_BYTES);
  }

  remove(appId: string, body: string): void {
    this.#change(appId, -body.length - ROW_BYTES);
  }

  #change(appId: string, by: number): void {
    const bytes = this.of(appId) + by;
    if (bytes > 0) this.#bytes.set(appId, bytes);
    else this.#bytes.delete(appId);
  }
}
