import { sleep, type Clock } from '../../core/clock.js';
import type { Member, Notifications } from '../cluster.js';
import type { Line } from './line.js';
import { Rounds } from './rounds.js';
import { decodeText, encodeText } from './text.js';

// By asking, so that it works through a connection pooler, too. A person who saves waits for it.
const ASK_MS = 500;

// Nobody has missed for so long what nobody needs: variables are read again anyway, now and then.
const KEPT = `interval '1 minute'`;

// In the place of a connection's id, where the list of connections has changed.
const NO_CONNECTION = '';

// Whoever has written to a connection waits no longer until the others know of it, and looks so often.
const HEARD_WITHIN_MS = 2000;
const HEARD_LOOK_MS = 100;

interface Found {
  readonly id: number;
  readonly connection: string;
}

/** What replicas tell each other through a table. It is forgotten after a minute, and by a crash of PostgreSQL. */
export class PostgresNotifications implements Notifications {
  readonly #line: Line;
  readonly #clock: Clock;
  readonly #instance: string;
  readonly #members: () => readonly Member[];
  readonly #rounds: Rounds;
  readonly #stopping = new AbortController();
  #learn: (connectionId?: string) => Promise<void> = () => Promise.resolve();
  #known: ReadonlySet<number> = new Set();

  /** `members` are those of whom this process knows, itself among them. */
  constructor(line: Line, clock: Clock, instance: string, members: () => readonly Member[]) {
    this.#line = line;
    this.#clock = clock;
    this.#instance = instance;
    this.#members = members;
    this.#rounds = new Rounds(clock, ASK_MS, () => this.#ask());
  }

  /** Asks until stop(). */
  run(): void {
    this.#rounds.run();
  }

  listen(learn: (connectionId?: string) => Promise<void>): void {
    this.#learn = learn;
  }

  listChanged(): void {
    void this.#tell(NO_CONNECTION).catch(() => undefined);
  }

  async changed(connectionId: string): Promise<void> {
    try {
      const told = await this.#tell(connectionId);
      const until = this.#clock.monotonic() + HEARD_WITHIN_MS;
      while (told !== undefined && this.#clock.monotonic() < until && !(await this.#isHeard(told.id)))
        await sleep(this.#clock, HEARD_LOOK_MS, this.#stopping.signal);
    } catch {
      // PostgreSQL is away, or this process stops: the others read variables again anyway, now and then.
    }
  }

  stop(): void {
    this.#stopping.abort();
    void this.#rounds.stop();
  }

  async #isHeard(id: number): Promise<boolean> {
    const others = this.#members().filter(({ instance }) => instance !== this.#instance);
    if (others.length === 0) return true;
    const sql = 'SELECT heard FROM ak_slack.notifications WHERE id = $1';
    const [found] = await this.#line.run((query) => query<{ heard: string[] }>(sql, [id]));
    return found === undefined || others.every(({ instance }) => found.heard.includes(instance));
  }

  async #ask(): Promise<void> {
    // All of the last minute, not only those with larger ids: ids are not committed in their order.
    const sql = `SELECT id, connection_id AS connection FROM ak_slack.notifications
      WHERE instance <> $1 AND at > clock_timestamp() - ${KEPT} ORDER BY id`;
    const found = await this.#line.run((query) => query<Found>(sql, [this.#instance])).catch(() => undefined);
    if (found === undefined) return;
    const known = this.#known;
    this.#known = new Set(found.map(({ id }) => id));
    // Not waited for: a server that answers slowly must not keep the next ones.
    for (const each of found) if (!known.has(each.id)) void this.#hear(each);
  }

  async #tell(connectionId: string): Promise<{ readonly id: number } | undefined> {
    const sql = `WITH old AS (DELETE FROM ak_slack.notifications WHERE at < clock_timestamp() - ${KEPT})
      INSERT INTO ak_slack.notifications (instance, connection_id) VALUES ($1, $2) RETURNING id`;
    const [told] = await this.#line.run((query) =>
      query<{ id: number }>(sql, [this.#instance, encodeText(connectionId)]),
    );
    return told;
  }

  async #hear({ id, connection }: Found): Promise<void> {
    const connectionId = decodeText(connection);
    if (connectionId === NO_CONNECTION) return this.#learn();
    await this.#learn(connectionId);
    const sql = 'UPDATE ak_slack.notifications SET heard = array_append(heard, $1) WHERE id = $2';
    await this.#line.run((query) => query(sql, [this.#instance, id])).catch(() => undefined);
  }
}
