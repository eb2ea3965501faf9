import { Channel } from '../../core/channel.js';
import type { Clock, Timer } from '../../core/clock.js';
import type { Arrived, PendingResponseStore } from '../cluster.js';
import type { Line } from './line.js';

// Somebody waits: an answer should not take much longer than its way to PostgreSQL.
const POLL_MS = 100;

// No answer is accepted in the last moments, so that what was accepted is fetched in time.
const LAST_MS = 300;

// After a crash of the process that waited.
const FORGET = `interval '1 minute'`;

/** Answers that reach a process which does not wait for them, and those that this one waits for. */
export class PostgresResponses implements PendingResponseStore {
  readonly arrived = new Channel<Arrived>();
  readonly #line: Line;
  readonly #clock: Clock;
  readonly #instance: string;
  readonly #open = new Set<string>();
  #timer: Timer | undefined;

  constructor(line: Line, clock: Clock, instance: string) {
    this.#line = line;
    this.#clock = clock;
    this.#instance = instance;
  }

  open(ticket: string, kind: string, forMs: number): void {
    this.#open.add(ticket);
    const sql = `WITH old AS (DELETE FROM ak_slack.responses WHERE expires_at < clock_timestamp() - ${FORGET})
      INSERT INTO ak_slack.responses (ticket, kind, instance, expires_at)
        VALUES ($1, $2, $3, clock_timestamp() + $4 * interval '1 ms') ON CONFLICT (ticket) DO NOTHING`;
    const values = [ticket, kind, this.#instance, Math.max(0, forMs - LAST_MS)];
    // Without it answers reach only this process, which is where most of them arrive.
    void this.#line.run((query) => query(sql, values)).catch(() => undefined);
    this.#timer ??= this.#clock.setTimer(POLL_MS, () => this.#poll());
  }

  close(ticket: string): void {
    if (!this.#open.delete(ticket)) return;
    // What was answered stays for a while: Slack may have delivered the event to another process as well.
    const sql = 'DELETE FROM ak_slack.responses WHERE ticket = $1 AND instance = $2 AND answer IS NULL';
    void this.#line.run((query) => query(sql, [ticket, this.#instance])).catch(() => undefined);
  }

  async settle(ticket: string, answer: string): Promise<boolean> {
    const note =
      'UPDATE ak_slack.responses SET answer = $2 WHERE ticket = $1 AND answer IS NULL RETURNING ticket';
    return this.#line.run(async (query) => {
      if ((await query(note, [ticket, answer])).length > 0) return true;
      // Only now: a statement sees nothing of another one that it has waited for. Without a row nobody else can have taken one.
      return (await query('SELECT FROM ak_slack.responses WHERE ticket = $1', [ticket])).length === 0;
    });
  }

  async find(ticket: string): Promise<string | undefined> {
    const sql = `SELECT kind FROM ak_slack.responses
      WHERE ticket = $1 AND answer IS NULL AND expires_at > clock_timestamp()`;
    const [found] = await this.#line.run((query) => query<{ kind: string }>(sql, [ticket])).catch(() => []);
    return found?.kind;
  }

  async hand(ticket: string, answer: string): Promise<boolean> {
    const sql = `UPDATE ak_slack.responses SET answer = $2
      WHERE ticket = $1 AND answer IS NULL AND expires_at > clock_timestamp() RETURNING kind`;
    const handed = await this.#line.run((query) => query(sql, [ticket, answer])).catch(() => []);
    return handed.length > 0;
  }

  stop(): void {
    this.#open.clear();
    this.#timer?.cancel();
  }

  #poll(): void {
    const sql =
      'SELECT ticket, answer FROM ak_slack.responses WHERE ticket = ANY ($1) AND answer IS NOT NULL';
    void this.#line
      .run((query) => query<Arrived>(sql, [[...this.#open]]))
      .catch(() => [])
      .then((found) => {
        for (const { ticket, answer } of found)
          if (this.#open.has(ticket)) this.arrived.emit({ ticket, answer });
        this.#timer = this.#open.size === 0 ? undefined : this.#clock.setTimer(POLL_MS, () => this.#poll());
      });
  }
}
