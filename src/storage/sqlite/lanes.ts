import type { Database } from './driver.js';

// Lanes beyond this are looked up again in the file; keeps the memory bounded whatever the number of conversations.
const REMEMBERED = 50_000;

/** One name for a lane, to find it in memory by. */
export function laneName(source: number, urgent: number, conversation: string): string {
  return `${source} ${urgent} ${conversation}`;
}

/** The lanes that have rows which wait, or had: there is one record for each, from its first row to its last. */
export class Lanes {
  readonly #open = new Set<string>();
  readonly #insert;
  readonly #find;
  readonly #isLeft;
  readonly #release;
  readonly #delete;
  readonly #deleteEmpty;

  constructor(database: Database) {
    this.#insert = database.prepare(`INSERT INTO lanes (source_id, urgent, conversation, ready_at, owner)
      VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`);
    this.#find = database.prepare(
      'SELECT 1 FROM lanes WHERE source_id = ? AND urgent = ? AND conversation = ?',
    );
    this.#isLeft =
      database.prepare(`SELECT 1 FROM events WHERE source_id = ? AND urgent = ? AND conversation = ?
      AND owner IS NULL AND settled_at IS NULL LIMIT 1`);
    this.#release = database.prepare(`UPDATE lanes SET owner = NULL, ready_at = ?
      WHERE source_id = ? AND urgent = ? AND conversation = ?`);
    this.#delete = database.prepare(
      'DELETE FROM lanes WHERE source_id = ? AND urgent = ? AND conversation = ?',
    );
    this.#deleteEmpty = database.prepare(`DELETE FROM lanes AS l
      WHERE source_id = ? AND urgent = ? AND conversation = ? AND owner IS NULL AND NOT EXISTS (SELECT 1 FROM events e
        WHERE (e.source_id, e.urgent, e.conversation) = (l.source_id, l.urgent, l.conversation)
          AND e.owner IS NULL AND e.settled_at IS NULL)`);
  }

  /** Whether the lane has a record. */
  isOpen(source: number, urgent: number, conversation: string): boolean {
    if (this.#open.has(laneName(source, urgent, conversation))) return true;
    return this.#find.get(source, urgent, conversation) !== undefined;
  }

  /** Makes the lane if it is not there, held by `owner`, and says whether; one that is there keeps its time and its holder. */
  open(source: number, urgent: number, conversation: string, readyAt: number, owner: string | null): boolean {
    const name = laneName(source, urgent, conversation);
    if (this.#open.has(name)) return false;
    const { changes } = this.#insert.run(source, urgent, conversation, readyAt, owner);
    if (this.#open.size >= REMEMBERED) this.#open.clear();
    this.#open.add(name);
    return Number(changes) > 0;
  }

  /** Gives the lane back to whoever comes at `readyAt`, or removes it when it has no row left; answers whether it has. */
  release(source: number, urgent: number, conversation: string, readyAt: number): boolean {
    if (this.#isLeft.get(source, urgent, conversation) === undefined) {
      this.#delete.run(source, urgent, conversation);
      this.#open.delete(laneName(source, urgent, conversation));
      return false;
    }
    this.#release.run(readyAt, source, urgent, conversation);
    return true;
  }

  /** Removes the lane if nobody holds it and it has no row left. */
  removeEmpty(source: number, urgent: number, conversation: string): void {
    const { changes } = this.#deleteEmpty.run(source, urgent, conversation);
    if (Number(changes) > 0) this.#open.delete(laneName(source, urgent, conversation));
  }

  /** After a rollback nothing that was remembered is sure. */
  forget(): void {
    this.#open.clear();
  }
}
