import { Channel } from '../../core/channel.js';
import type { Clock } from '../../core/clock.js';
import type { ReplicaReports } from '../cluster.js';
import type { Line } from './line.js';
import { Rounds } from './rounds.js';
import { decodeText, encodeText } from './text.js';

/** Between looks, and between writings of what has changed. */
const ROUND_MS = 1000;

/** Between writings of all that is told: a crash of PostgreSQL forgets it, and an answer may have been lost. */
const ALL_MS = 10_000;

const IS_LIVE = `EXISTS (SELECT 1 FROM ak_slack.replicas r WHERE r.instance = x.instance AND r.gone_at IS NULL)`;

// Also removes what those told that have ended without taking it back.
const WRITE = `WITH old AS (DELETE FROM ak_slack.reports x
    WHERE CASE WHEN x.instance = $1 THEN x.app_id <> ALL ($2::text[]) ELSE NOT ${IS_LIVE} END)
  INSERT INTO ak_slack.reports AS x (instance, app_id, report)
    SELECT $1, u.app, u.report FROM unnest($2::text[], $3::text[]) u(app, report)
    ON CONFLICT (instance, app_id) DO UPDATE SET report = excluded.report WHERE x.report <> excluded.report`;

// Nothing but the digest comes back while all is as it was.
const LOOK = `WITH told AS (SELECT x.instance, x.app_id, x.report FROM ak_slack.reports x WHERE x.instance <> $1 AND ${IS_LIVE}),
    d AS (SELECT coalesce(bit_xor(hashtextextended(concat_ws(' ', t.instance, t.app_id, t.report), 0)), 0)::text AS digest FROM told t)
  SELECT d.digest, t.instance, t.app_id AS app, t.report FROM d LEFT JOIN told t ON d.digest <> $2`;

interface Found {
  readonly digest: string;
  readonly instance: string | null;
  readonly app: string | null;
  readonly report: string | null;
}

/** The reports of all replicas, in a table. While PostgreSQL is away, what was last known of the others stays. */
export class PostgresReports implements ReplicaReports {
  readonly changed = new Channel<ReadonlySet<string>>();
  readonly #line: Line;
  readonly #clock: Clock;
  readonly #instance: string;
  readonly #rounds: Rounds;
  readonly #told = new Map<string, string>();
  #isWritten = true;
  #allWrittenAt = -Infinity;
  #digest = '';
  /** By app and instance. */
  #seen: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map();

  constructor(line: Line, clock: Clock, instance: string) {
    this.#line = line;
    this.#clock = clock;
    this.#instance = instance;
    this.#rounds = new Rounds(clock, ROUND_MS, () => this.#exchange());
  }

  /** Writes and looks until close(). */
  run(): void {
    this.#rounds.run();
  }

  tell(appId: string, report: string | undefined): void {
    if (this.#told.get(appId) === report) return;
    if (report === undefined) this.#told.delete(appId);
    else this.#told.set(appId, report);
    this.#isWritten = false;
  }

  of(appId: string): ReadonlyMap<string, string> {
    return this.#seen.get(appId) ?? new Map<string, string>();
  }

  /** Takes everything back that this process has told. */
  async close(): Promise<void> {
    await this.#rounds.stop();
    await this.#line
      .run((query) => query('DELETE FROM ak_slack.reports WHERE instance = $1', [this.#instance]))
      .catch(() => undefined);
  }

  /** Never rejects; what could not be done is done in the next round. */
  async #exchange(): Promise<void> {
    try {
      await this.#write();
      await this.#look();
    } catch {
      this.#allWrittenAt = -Infinity;
    }
  }

  async #write(): Promise<void> {
    const now = this.#clock.monotonic();
    if (this.#isWritten && now < this.#allWrittenAt + ALL_MS) return;
    const apps = [...this.#told.keys()].map(encodeText);
    const reports = [...this.#told.values()].map(encodeText);
    this.#isWritten = true;
    await this.#line.run((query) => query(WRITE, [this.#instance, apps, reports]));
    this.#allWrittenAt = now;
  }

  async #look(): Promise<void> {
    const found = await this.#line.run((query) => query<Found>(LOOK, [this.#instance, this.#digest]));
    const [first] = found;
    if (first === undefined || first.digest === this.#digest) return;
    this.#digest = first.digest;
    const before = this.#seen;
    const after = new Map<string, Map<string, string>>();
    for (const { instance, app, report } of found) {
      if (instance === null || app === null || report === null) continue;
      const appId = decodeText(app);
      after.set(appId, (after.get(appId) ?? new Map<string, string>()).set(instance, decodeText(report)));
    }
    this.#seen = after;
    const textOf = (told: ReadonlyMap<string, string> | undefined): string =>
      JSON.stringify([...(told ?? [])].sort());
    const appIds = new Set([...before.keys(), ...after.keys()]);
    const news = [...appIds].filter((appId) => textOf(before.get(appId)) !== textOf(after.get(appId)));
    if (news.length > 0) this.changed.emit(new Set(news));
  }
}
