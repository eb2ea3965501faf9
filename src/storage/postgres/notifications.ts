import { Channel } from '../../core/channel.js';
import type { Clock, Timer } from '../../core/clock.js';
import type { Notifications } from '../cluster.js';
import type { Line } from './line.js';
import { decodeText, encodeText } from './text.js';

// By asking, so that it works through a connection pooler, too.
const ASK_MS = 1000;

// Nobody has missed for so long what nobody needs: variables are read again anyway, now and then.
const KEPT = `interval '1 minute'`;

interface Found {
  readonly id: number;
  readonly connection: string;
}

/** What replicas tell each other through a table. It is forgotten after a minute, and by a crash of PostgreSQL. */
export class PostgresNotifications implements Notifications {
  readonly received = new Channel<string>();
  readonly #line: Line;
  readonly #clock: Clock;
  readonly #instance: string;
  #known: ReadonlySet<number> = new Set();
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(line: Line, clock: Clock, instance: string) {
    this.#line = line;
    this.#clock = clock;
    this.#instance = instance;
  }

  /** Asks until stop(). */
  run(): void {
    if (this.#isStopped) return;
    this.#timer = this.#clock.setTimer(ASK_MS, () => void this.#ask().then(() => this.run()));
  }

  changed(connectionId: string): void {
    const sql = `WITH old AS (DELETE FROM ak_slack.notifications WHERE at < clock_timestamp() - ${KEPT})
      INSERT INTO ak_slack.notifications (instance, connection_id) VALUES ($1, $2)`;
    void this.#line
      .run((query) => query(sql, [this.#instance, encodeText(connectionId)]))
      .catch(() => undefined);
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  async #ask(): Promise<void> {
    // All of the last minute, not only those with larger ids: ids are not committed in their order.
    const sql = `SELECT id, connection_id AS connection FROM ak_slack.notifications
      WHERE instance <> $1 AND at > clock_timestamp() - ${KEPT} ORDER BY id`;
    const found = await this.#line.run((query) => query<Found>(sql, [this.#instance])).catch(() => undefined);
    if (found === undefined) return;
    const known = this.#known;
    this.#known = new Set(found.map(({ id }) => id));
    for (const { id, connection } of found) if (!known.has(id)) this.received.emit(decodeText(connection));
  }
}
