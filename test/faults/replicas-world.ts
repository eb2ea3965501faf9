import { existsSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep, systemClock } from '../../src/core/clock.js';
import { Line } from '../../src/storage/postgres/line.js';
import { prepareDatabase } from '../../src/storage/postgres/postgres-journal.js';
import { emptyJournal } from '../conformance/empty-journal.js';
import { eventually } from '../helpers/eventually.js';
import { startPostgresProxy, type PostgresProxy } from '../helpers/postgres-proxy.js';
import { startPostgres, type PostgresServer } from '../../src/sim/postgres/postgres-server.js';
import { startCrashPeers, type CrashPeers } from './crash-peers.js';
import { buildCrashChild, CrashProcesses, type BuiltChild, type CrashProcess } from './crash-process.js';
import { pausedFile, type Kill } from './crash-record.js';
import type { ChildPlan } from './crash-child.js';

// As in life: on a busy machine three replicas and PostgreSQL need some of Slack's three seconds.
const SLACK_SPEED = 1;

/** What is there for one run after the other: PostgreSQL behind a proxy, Slack, a server, and processes to start. */
export class ReplicasWorld {
  /** Statements of the runner itself, past the proxy. */
  readonly admin: Line;

  private constructor(
    readonly postgres: PostgresServer,
    readonly proxy: PostgresProxy,
    readonly peers: CrashPeers,
    readonly processes: CrashProcesses,
    private readonly child: BuiltChild,
  ) {
    this.admin = new Line({ url: postgres.url, applicationName: 'runner', statementMs: 60_000 });
  }

  static async start(seed: number): Promise<ReplicasWorld> {
    const [child, postgres, peers] = await Promise.all([
      buildCrashChild(),
      startPostgres(),
      startCrashPeers(seed, SLACK_SPEED),
    ]);
    await prepareDatabase(postgres);
    const proxy = await startPostgresProxy(postgres.port);
    return new ReplicasWorld(postgres, proxy, peers, new CrashProcesses(child.file), child);
  }

  /** Where the replicas find their journal. */
  get journalUrl(): string {
    return this.postgres.url.replace(`:${this.postgres.port}/`, `:${this.proxy.port}/`);
  }

  /** Removes what earlier runs left. */
  async clean(): Promise<void> {
    await this.admin.run(emptyJournal);
    this.peers.slack.ledger.forgetSettled();
  }

  /** How many rows wait or are being dispatched, and how many were given up. */
  async rows(): Promise<{ readonly events: number; readonly dead: number }> {
    const [rows] = await this.admin.run((query) =>
      query<{ events: number; dead: number }>(
        'SELECT (SELECT count(*) FROM ak_slack.events) AS events, (SELECT count(*) FROM ak_slack.dead) AS dead',
      ),
    );
    return rows ?? { events: 0, dead: 0 };
  }

  /** What is in the journal, in words: whose rows, and whether they lead their conversations. */
  async waiting(): Promise<string> {
    const sql = `SELECT count(*) || CASE WHEN NOT e.leads THEN ' behind others' WHEN e.owner IS NULL THEN ' of nobody'
          WHEN r.id IS NULL THEN ' of replicas that are gone' ELSE ' of ' || r.name END AS rows
      FROM ak_slack.events e LEFT JOIN ak_slack.replicas r ON r.id = e.owner AND r.gone_at IS NULL
      GROUP BY e.leads, e.owner IS NULL, r.id, r.name`;
    const found = await this.admin.run((query) => query<{ rows: string }>(sql));
    return found.map(({ rows }) => rows).join(', ') || 'nothing';
  }

  /** Resolves when so many replicas have held their leases for long enough to end those of others. */
  async untilStanding(count: number, withinMs: number): Promise<void> {
    const sql = `SELECT id FROM ak_slack.replicas WHERE gone_at IS NULL AND expires_at > clock_timestamp()
      AND since < clock_timestamp() - interval '2.5 s'`;
    await eventually(
      async () => (await this.admin.run((query) => query(sql))).length === count,
      `${count} replicas hold their leases`,
      withinMs,
    );
  }

  async stop(): Promise<void> {
    await this.admin.close();
    await this.processes.stop();
    await this.peers.stop();
    await this.proxy.stop();
    await this.postgres.dispose();
    await this.child.remove();
  }
}

export type ReplicaPlan = Omit<ChildPlan, 'folder' | 'shared' | 'kill' | 'checkpoints'> & {
  readonly leftOut: 'fencing' | 'adoption' | undefined;
};

// A replica that was killed is started again after at most so long.
const RESTART_MS = 2_000;
const LOOK_MS = 10;

/** The replicas of one run. Each is started again when it was killed, and woken when it has stood still long enough. */
export class Replicas {
  readonly #watching = new AbortController();
  readonly #lives: Promise<void>[];
  readonly #live = new Map<string, CrashProcess>();
  #failure: Error | undefined;
  #isStopping = false;

  /** `kills` are those of each replica, one after the other: each process has the next of its replica. */
  constructor(
    private readonly world: ReplicasWorld,
    readonly folder: string,
    private readonly plan: ReplicaPlan,
    kills: readonly (readonly Kill[])[],
    private readonly random: () => number,
  ) {
    this.#lives = kills.map((own, at) =>
      this.#keepAlive(`r${at + 1}`, [...own]).catch((error: unknown) => {
        this.#failure ??= error as Error;
      }),
    );
  }

  static async folder(): Promise<string> {
    return mkdtemp(join(tmpdir(), 'replicas-'));
  }

  /** Throws what ended a replica otherwise than by the run. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Whether every replica has a process that has not ended. */
  get areUp(): boolean {
    return [...this.#live.values()].filter(({ hasEnded }) => !hasEnded).length === this.#lives.length;
  }

  /** Stops all in order; one may come to its pause only now. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#watching.abort();
    const all = [...this.#live.values()];
    const waking = setInterval(() => {
      for (const process of all) process.wake();
    }, LOOK_MS);
    try {
      await Promise.all(this.#lives);
      await Promise.all(all.filter(({ hasEnded }) => !hasEnded).map((process) => process.stop()));
    } finally {
      clearInterval(waking);
    }
  }

  async remove(): Promise<void> {
    this.#isStopping = true;
    this.#watching.abort();
    await Promise.all(this.#lives);
    await Promise.all([...this.#live.values()].map((process) => process.kill()));
    await rm(this.folder, { recursive: true, force: true });
  }

  async #keepAlive(name: string, kills: Kill[]): Promise<void> {
    const { signal } = this.#watching;
    while (!signal.aborted) {
      const kill = kills.shift();
      const shared = {
        name,
        url: this.world.journalUrl,
        ...(this.plan.leftOut && { leftOut: this.plan.leftOut }),
      };
      const process = this.world.processes.start({
        ...this.plan,
        ...{ folder: this.folder, shared, checkpoints: false },
        ...(kill === undefined ? {} : { kill }),
      });
      this.#live.set(name, process);
      if (kill?.pauseMs !== undefined) await this.#wakeAfter(process, kill);
      const end = await Promise.race([process.ended, aborted(signal)]);
      if (this.#isStopping) return;
      if (end !== 'SIGKILL') throw new Error(`${name} ended with ${String(end)}`);
      await sleep(systemClock, this.random() * RESTART_MS, signal).catch(() => undefined);
    }
  }

  /** Waits until the process stands still, and wakes it. */
  async #wakeAfter(process: CrashProcess, { pauseMs = 0, untilDelivered }: Kill): Promise<void> {
    const file = pausedFile(this.folder, process.pid);
    while (!existsSync(file)) {
      if (this.#isStopping || process.hasEnded) return;
      await sleep(systemClock, LOOK_MS);
    }
    await sleep(systemClock, pauseMs, this.#watching.signal).catch(() => undefined);
    while (untilDelivered === true && !this.#isStopping && (await this.world.rows()).events > 0)
      await sleep(systemClock, LOOK_MS);
    process.wake();
    rmSync(file, { force: true });
  }
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
