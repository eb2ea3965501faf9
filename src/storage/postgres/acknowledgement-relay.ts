import { Channel } from '../../core/channel.js';
import type { Clock } from '../../core/clock.js';
import type { Acknowledgement, AcknowledgementRelay } from '../cluster.js';
import type { Line } from './line.js';
import { Rounds } from './rounds.js';
import { decodeText, encodeText } from './text.js';

// By asking, so that it works through a connection pooler, too. Slack waits three seconds.
const ASK_MS = 500;

// After a crash of the process that was asked.
const FORGET = `interval '1 minute'`;

interface Found {
  readonly app: string;
  readonly text: string;
}

/** Acknowledgements that processes send for each other, on their way through a table. */
export class PostgresRelay implements AcknowledgementRelay {
  readonly arrived = new Channel<Acknowledgement>();
  readonly #line: Line;
  readonly #instance: string;
  readonly #rounds: Rounds;

  constructor(line: Line, clock: Clock, instance: string) {
    this.#line = line;
    this.#instance = instance;
    this.#rounds = new Rounds(clock, ASK_MS, () => this.#ask());
  }

  /** Asks until stop(). */
  run(): void {
    this.#rounds.run();
  }

  async relay({ appId, text }: Acknowledgement, instances: readonly string[]): Promise<boolean> {
    if (instances.length === 0) return false;
    const sql = `WITH old AS (DELETE FROM ak_slack.acknowledgements WHERE at < clock_timestamp() - ${FORGET})
      INSERT INTO ak_slack.acknowledgements (instance, app_id, text) SELECT instance, $2, $3 FROM unnest($1::text[]) instance`;
    return this.#line
      .run((query) => query(sql, [instances, encodeText(appId), text]))
      .then(() => true)
      .catch(() => false);
  }

  stop(): void {
    void this.#rounds.stop();
  }

  async #ask(): Promise<void> {
    const sql = 'DELETE FROM ak_slack.acknowledgements WHERE instance = $1 RETURNING app_id AS app, text';
    const found = await this.#line.run((query) => query<Found>(sql, [this.#instance])).catch(() => []);
    for (const { app, text } of found) this.arrived.emit({ appId: decodeText(app), text });
  }
}
