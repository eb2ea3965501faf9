import { startPostgres } from '../../src/sim/postgres/postgres-server.js';
import { Line } from '../../src/storage/postgres/line.js';
import { SCHEMA_MIGRATIONS } from '../../src/storage/postgres/migrations.js';
import { compileProgram } from '../world/program-process.js';
import { startCrashPeers } from './crash-peers.js';
import { releaseBefore } from './release-before.js';
import type { FaultSeries } from './report.js';
import { oneRound, Programs, type Round } from './rolling.js';

/**
 * Three replicas of the release before, on a schema that it has made, are replaced by those of this release one after the
 * other, while 50 events a second come: once for each seed. With every second seed they are then taken back.
 */
export const run: FaultSeries = async (seeds) => {
  const older = await releaseBefore();
  const [newer, postgres, peers] = await Promise.all([
    compileProgram(),
    startPostgres(),
    startCrashPeers(seeds[0] ?? 1, 1),
  ]);
  const admin = new Line({ url: postgres.url, applicationName: 'runner', statementMs: 60_000 });
  const rounds: Round[] = [];
  const faults: string[] = [];
  const schemas = new Set<string>();
  try {
    for (const seed of seeds) {
      await admin.run((query) => query(`CREATE DATABASE round_${seed}`));
      const url = postgres.url.replace(/[^/]*$/, `round_${seed}`);
      const takesBack = seed % 2 === 0;
      const replicas = new Releases(older.main, newer.file('src/main.js'), url, takesBack);
      try {
        const round = await oneRound(replicas, peers, seed);
        rounds.push(round);
        faults.push(...round.faults.map((fault) => `seed ${seed}: ${fault}`));
        schemas.add(`${replicas.schemaBefore} to ${await schemaOf(url)}`);
      } catch (error) {
        faults.push(`seed ${seed}: ${(error as Error).message}`);
      } finally {
        await replicas.stop();
        faults.push(...replicas.faults.map((fault) => `seed ${seed}: ${fault}`));
      }
    }
  } finally {
    await admin.close();
    await peers.stop();
    await postgres.dispose();
    await newer.remove();
    await older.remove();
  }
  const sum = (of: (round: Round) => number): number => rounds.reduce((total, round) => total + of(round), 0);
  const expected = `${SCHEMA_MIGRATIONS.length}`;
  if ([...schemas].some((schema) => schema.startsWith(expected) || !schema.endsWith(expected)))
    faults.push(`the schema went from ${[...schemas].join(', ')}: that is no upgrade to ${expected}`);
  const lines = [
    `the release before: ${older.what}; schema ${[...schemas].join(', ')}`,
    `rounds: ${rounds.length} of ${seeds.length} came to their end; in every second one the replacement was taken back`,
    `sent by Slack: ${sum(({ sent }) => sent)}`,
    `clicks and commands acknowledged too late: ${sum(({ lateClicks }) => lateClicks)}`,
    `without a live socket: ${sum(({ deafMs }) => deafMs)} ms`,
    `most sockets of the app at once: ${Math.max(0, ...rounds.map(({ mostSockets }) => mostSockets))}`,
    ...faults,
  ];
  return { lines, ok: faults.length === 0 && rounds.length === seeds.length };
};

type Environment = Readonly<Record<string, string>>;

/** Replicas that run as one of two releases each. */
class Releases {
  /** Of the schema, when all replicas were of the release before. */
  schemaBefore = '';
  readonly #older: Programs;
  readonly #newer: Programs;
  readonly #replaced: string[] = [];
  readonly #started: string[] = [];

  constructor(
    older: string,
    newer: string,
    private readonly url: string,
    private readonly takesBack: boolean,
  ) {
    this.#older = new Programs(older, url);
    this.#newer = new Programs(newer, url);
  }

  get unacknowledged(): Map<string, string> {
    return new Map([...this.#older.unacknowledged, ...this.#newer.unacknowledged]);
  }

  get faults(): readonly string[] {
    return [...this.#older.faults, ...this.#newer.faults];
  }

  async start(name: string, environment: Environment): Promise<void> {
    this.#started.push(name);
    await this.#older.start(name, environment);
  }

  /** Replaces it by this release; after the last one, perhaps all again by the release before. */
  async restart(name: string, environment: Environment): Promise<void> {
    this.schemaBefore ||= await schemaOf(this.url);
    await this.#older.stopOne(name);
    await this.#newer.start(name, environment);
    this.#replaced.push(name);
    if (!this.takesBack || this.#replaced.length < this.#started.length) return;
    for (const each of this.#replaced) {
      await this.#newer.stopOne(each);
      await this.#older.start(each, environment);
    }
  }

  async stop(): Promise<void> {
    await Promise.all([this.#older.stop(), this.#newer.stop()]);
  }
}

async function schemaOf(url: string): Promise<string> {
  const line = new Line({ url, applicationName: 'runner', statementMs: 60_000 });
  try {
    const [row] = await line.run((query) =>
      query<{ value: string }>(`SELECT value FROM ak_slack.installation WHERE name = 'schema'`),
    );
    return row?.value ?? '';
  } finally {
    await line.close();
  }
}
