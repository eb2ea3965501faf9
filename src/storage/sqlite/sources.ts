import type { Source } from '../rows.js';
import type { Database } from './driver.js';

interface Change {
  waiting: number;
  waitingBytes: number;
  dead: number;
}

// Ids beyond this are looked up again; far more than any installation has connections.
const REMEMBERED = 20_000;

/** The numbers that sources have in the file, and their counts, which are written once in a transaction. */
export class Sources {
  readonly #ids = new Map<string, Map<string, number>>();
  readonly #changes = new Map<number, Change>();
  readonly #select;
  readonly #insert;
  readonly #update;
  readonly #deleteEmpty;
  #remembered = 0;

  constructor(database: Database) {
    this.#select = database.prepare('SELECT id FROM sources WHERE app_id = ? AND connection_id = ?');
    this.#insert = database.prepare(
      'INSERT INTO sources (app_id, connection_id) VALUES (?, ?) ON CONFLICT DO NOTHING',
    );
    this.#update = database.prepare(`UPDATE sources SET waiting = waiting + ?,
      waiting_bytes = waiting_bytes + ?, dead = dead + ? WHERE id = ?`);
    this.#deleteEmpty = database.prepare(`DELETE FROM sources AS s WHERE id = ?
      AND NOT EXISTS (SELECT 1 FROM events WHERE source_id = s.id)
      AND NOT EXISTS (SELECT 1 FROM lanes WHERE source_id = s.id)
      AND NOT EXISTS (SELECT 1 FROM in_flight WHERE source_id = s.id)`);
  }

  find(source: Source): number | undefined {
    const known = this.#ids.get(source.appId)?.get(source.connectionId);
    if (known !== undefined) return known;
    const row = this.#select.get(source.appId, source.connectionId) as { id: number } | undefined;
    if (row !== undefined) this.#remember(source, row.id);
    return row?.id;
  }

  findOrAdd(source: Source): number {
    const known = this.find(source);
    if (known !== undefined) return known;
    const id = Number(this.#insert.run(source.appId, source.connectionId).lastInsertRowid);
    this.#remember(source, id);
    return id;
  }

  /** Notes what the transaction changes in a source's counts. */
  count(id: number, change: Partial<Change>): void {
    let sum = this.#changes.get(id);
    if (sum === undefined) {
      sum = { waiting: 0, waitingBytes: 0, dead: 0 };
      this.#changes.set(id, sum);
    }
    sum.waiting += change.waiting ?? 0;
    sum.waitingBytes += change.waitingBytes ?? 0;
    sum.dead += change.dead ?? 0;
  }

  /** Removes a source of which nothing is left. */
  removeEmpty(source: Source, id: number): void {
    if (Number(this.#deleteEmpty.run(id).changes) === 0) return;
    this.#changes.delete(id);
    if (this.#ids.get(source.appId)?.delete(source.connectionId) === true) this.#remembered -= 1;
  }

  /** Writes the counts; to be called before the commit. */
  flush(): void {
    for (const [id, sum] of this.#changes) this.#update.run(sum.waiting, sum.waitingBytes, sum.dead, id);
    this.#changes.clear();
  }

  /** After a rollback nothing that was remembered is sure. */
  forget(): void {
    this.#ids.clear();
    this.#changes.clear();
    this.#remembered = 0;
  }

  #remember(source: Source, id: number): void {
    if (this.#remembered >= REMEMBERED) {
      this.#ids.clear();
      this.#remembered = 0;
    }
    let ofApp = this.#ids.get(source.appId);
    if (ofApp === undefined) {
      ofApp = new Map();
      this.#ids.set(source.appId, ofApp);
    }
    ofApp.set(source.connectionId, id);
    this.#remembered += 1;
  }
}
