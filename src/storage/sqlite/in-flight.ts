import type { PathNote } from '../paths.js';
import type { Database } from './driver.js';
import { laneName, type Lanes } from './lanes.js';
import type { NotePath } from './note-path.js';
import type { Sources } from './sources.js';

/** A row that was claimed in being written; its body is in the file alone. */
export interface InFlightRow {
  readonly id: number;
  readonly source: number;
  readonly key: string;
  readonly kind: string;
  readonly conversation: string;
  readonly urgent: number;
  /** UTF-8 length of its body. */
  readonly size: number;
  readonly receivedAt: number;
  readonly owner: string;
}

interface Delivered {
  readonly row: InFlightRow;
  readonly eventId: string;
  readonly at: number;
  readonly path: PathNote | undefined;
}

/** The rows of the table `in_flight`, with what a transaction does to them, which a rollback undoes. */
export class InFlight {
  readonly #rows = new Map<number, InFlightRow>();
  /** Of those under way, and of those delivered that are still in the table. */
  readonly #keys = new Set<string>();
  /** The lanes of those under way, and who holds them. */
  readonly #lanes = new Map<string, string>();
  /** Delivered, and still in the table. */
  #delivered: Delivered[] = [];
  readonly #undo: (() => void)[] = [];
  readonly #insert;
  readonly #remove;
  readonly #insertKey;
  readonly #insertEvent;
  readonly #moveBody;
  readonly #notePath;

  constructor(database: Database, notePath: NotePath) {
    this.#notePath = notePath;
    this.#insert = database.prepare(`INSERT INTO in_flight
      (id, source_id, key, kind, conversation, urgent, size, received_at, owner, body)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#remove = database.prepare('DELETE FROM in_flight WHERE id = ?');
    this.#insertKey = database.prepare(`INSERT INTO events
      (id, source_id, key, kind, conversation, urgent, size, received_at, state, attempts, event_id, settled_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'key', 1, ?, ?)`);
    this.#insertEvent = database.prepare(`INSERT INTO events
      (id, source_id, key, kind, conversation, urgent, size, received_at, state, attempts, owner)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'sending', 1, ?)`);
    this.#moveBody = database.prepare(
      'INSERT INTO bodies (event_id, body) SELECT id, body FROM in_flight WHERE id = ?',
    );
  }

  /** How many delivered ones wait to be written down as such. */
  get delivered(): number {
    return this.#delivered.length;
  }

  has(source: number, key: string): boolean {
    return this.#keys.has(keyOf({ source, key }));
  }

  /** Who holds a lane because of a row here. */
  holderOf(source: number, urgent: number, conversation: string): string | undefined {
    return this.#lanes.get(laneName(source, urgent, conversation));
  }

  get(id: number, owner: string): InFlightRow | undefined {
    const row = this.#rows.get(id);
    return row?.owner === owner ? row : undefined;
  }

  /** The rows under way, which no source has counted. */
  rows(): Iterable<InFlightRow> {
    return this.#rows.values();
  }

  add(row: InFlightRow, body: string): void {
    this.#insert.run(...columnsOf(row), row.owner, body);
    this.#hold(row);
    this.#undo.push(() => {
      this.#letGo(row);
      this.#keys.delete(keyOf(row));
    });
  }

  /** The server has it; that is written with fold(). */
  deliver(row: InFlightRow, eventId: string, at: number, path: PathNote | undefined): void {
    this.#letGo(row);
    this.#delivered.push({ row, eventId, at, path });
    this.#undo.push(() => {
      this.#delivered.pop();
      this.#hold(row);
    });
  }

  /** Makes it a row like those that had to wait, claimed as it was. */
  move(row: InFlightRow, { sources, lanes }: { readonly sources: Sources; readonly lanes: Lanes }): void {
    const { id, source, urgent, conversation, size, receivedAt, owner } = row;
    this.#insertEvent.run(...columnsOf(row), owner);
    this.#moveBody.run(id);
    this.#remove.run(id);
    lanes.open(source, urgent, conversation, receivedAt, owner);
    sources.count(source, { waiting: 1, waitingBytes: size });
    this.#letGo(row);
    this.#keys.delete(keyOf(row));
    this.#undo.push(() => this.#hold(row));
  }

  /** Leaves of those that were delivered nothing but their keys and paths. */
  fold(): void {
    const folded = this.#delivered;
    if (folded.length === 0) return;
    for (const { row, eventId, at, path } of folded) {
      this.#insertKey.run(...columnsOf(row), eventId, at);
      if (path !== undefined) this.#notePath(row.id, path, eventId, at);
      this.#remove.run(row.id);
      this.#keys.delete(keyOf(row));
    }
    this.#delivered = [];
    this.#undo.push(() => {
      this.#delivered = folded;
      for (const { row } of folded) this.#keys.add(keyOf(row));
    });
  }

  committed(): void {
    this.#undo.length = 0;
  }

  rolledBack(): void {
    for (let undo = this.#undo.pop(); undo !== undefined; undo = this.#undo.pop()) undo();
  }

  #hold(row: InFlightRow): void {
    this.#rows.set(row.id, row);
    this.#keys.add(keyOf(row));
    this.#lanes.set(laneName(row.source, row.urgent, row.conversation), row.owner);
  }

  #letGo(row: InFlightRow): void {
    this.#rows.delete(row.id);
    this.#lanes.delete(laneName(row.source, row.urgent, row.conversation));
  }
}

function keyOf({ source, key }: Pick<InFlightRow, 'source' | 'key'>): string {
  return `${source} ${key}`;
}

function columnsOf(row: InFlightRow) {
  const { id, source, key, kind, conversation, urgent, size, receivedAt } = row;
  return [id, source, key, kind, conversation, urgent, size, receivedAt] as const;
}

/**
 * Ends what a process left in flight. A conversation has one dispatch at a time, so a row with another under way in its lane,
 * or a later one here, was delivered, and its key stays. The others become rows like those that had to wait, claimed by
 * that process: then they are taken over like all that it had claimed, one of each lane, which holds the lane.
 */
export function adoptInFlight(database: Database): void {
  if (database.prepare('SELECT 1 FROM in_flight LIMIT 1').get() === undefined) return;
  database.exec(`BEGIN IMMEDIATE;
    INSERT INTO events (id, source_id, key, kind, conversation, urgent, size, received_at, state, attempts, settled_at)
      SELECT id, source_id, key, kind, conversation, urgent, size, received_at, 'key', 1, received_at FROM in_flight f
      WHERE EXISTS (SELECT 1 FROM events e WHERE e.owner IS NOT NULL
          AND (e.source_id, e.urgent, e.conversation) = (f.source_id, f.urgent, f.conversation))
        OR EXISTS (SELECT 1 FROM in_flight l WHERE l.id > f.id
          AND (l.source_id, l.urgent, l.conversation) = (f.source_id, f.urgent, f.conversation));
    DELETE FROM in_flight WHERE id IN (SELECT id FROM events);
    INSERT INTO events (id, source_id, key, kind, conversation, urgent, size, received_at, state, attempts, owner)
      SELECT id, source_id, key, kind, conversation, urgent, size, received_at, 'sending', 1, owner FROM in_flight;
    INSERT INTO bodies (event_id, body) SELECT id, body FROM in_flight;
    INSERT INTO lanes (source_id, urgent, conversation, ready_at, owner)
      SELECT source_id, urgent, conversation, received_at, owner FROM in_flight WHERE true
      ON CONFLICT DO UPDATE SET owner = excluded.owner;
    UPDATE sources SET
      waiting = waiting + (SELECT count(*) FROM in_flight WHERE source_id = sources.id),
      waiting_bytes = waiting_bytes + (SELECT coalesce(sum(size), 0) FROM in_flight WHERE source_id = sources.id);
    DELETE FROM in_flight;
    COMMIT;`);
}
