import type { SourceStats } from '../storage/journal.js';
import type { NewRow, Source } from '../storage/rows.js';

// What a row takes in the journal besides its body.
const ROW_BYTES = 512;

interface AppBacklog {
  bytes: number;
  readonly byConnection: Map<string, number>;
}

/** How many bytes of each app and connection wait to be delivered; kept in memory, begun from the journal's counts. */
export class Backlog {
  readonly #apps = new Map<string, AppBacklog>();

  load(sources: readonly SourceStats[]): void {
    this.#apps.clear();
    for (const source of sources) {
      this.#change(source, source.waitingBytes + source.waiting * ROW_BYTES);
    }
  }

  of(appId: string): number {
    return this.#apps.get(appId)?.bytes ?? 0;
  }

  /**
   * Whether a connection has as much waiting as is free of its app's share. So one alone gets at most half of the share, and
   * however many have much, there is room for the others.
   */
  isOverShare({ appId, connectionId }: Source, shareOfApp: number): boolean {
    const app = this.#apps.get(appId);
    if (app === undefined) return false;
    return (app.byConnection.get(connectionId) ?? 0) >= shareOfApp - app.bytes;
  }

  /** A row waits, its body so many bytes of UTF-8. */
  add(source: Source, bytes: number): void {
    this.#change(source, bytes + ROW_BYTES);
  }

  remove(row: Pick<NewRow, 'appId' | 'connectionId' | 'body'>): void {
    this.#change(row, -Buffer.byteLength(row.body) - ROW_BYTES);
  }

  /** Rows were removed without being delivered. */
  removed(rows: SourceStats): void {
    this.#change(rows, -rows.waitingBytes - rows.waiting * ROW_BYTES);
  }

  #change({ appId, connectionId }: Source, by: number): void {
    let app = this.#apps.get(appId);
    if (app === undefined) {
      app = { bytes: 0, byConnection: new Map() };
      this.#apps.set(appId, app);
    }
    app.bytes = Math.max(app.bytes + by, 0);
    app.byConnection.set(connectionId, Math.max((app.byConnection.get(connectionId) ?? 0) + by, 0));
    if (app.bytes === 0) this.#apps.delete(appId);
  }
}
