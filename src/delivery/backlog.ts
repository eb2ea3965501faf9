import type { NewRow, SourceStats } from '../storage/journal.js';

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

  /** A row of this app waits, its body so many bytes of UTF-8. */
  add(appId: string, bytes: number): void {
    this.#change(appId, bytes + ROW_BYTES);
  }

  remove({ appId, body }: Pick<NewRow, 'appId' | 'body'>): void {
    this.#change(appId, -Buffer.byteLength(body) - ROW_BYTES);
  }

  #change(appId: string, by: number): void {
    const bytes = this.of(appId) + by;
    if (bytes > 0) this.#bytes.set(appId, bytes);
    else this.#bytes.delete(appId);
  }
}
