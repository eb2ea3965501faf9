import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, type PostgresServer } from '../../src/sim/postgres/postgres-server.js';
import { Line } from '../../src/storage/postgres/line.js';
import { eventually } from '../helpers/eventually.js';
import { build } from './delivery-build.js';
import { Peer } from './delivery-process.js';
import type { ServerQuestions } from './delivery-server.js';
import type { SlackQuestions } from './delivery-slack.js';
import type { PathQuestions } from './replicas-path-client.js';

/** PostgreSQL's own defaults, in place of the small ones of the tests. */
const SETTINGS = { shared_buffers: '128MB', max_connections: '100' };

/** An app has two hosts: with so many apps each of three replicas hosts about eight of them. */
const APPS = 12;
const SOCKETS = 2;

/** Processes that share a journal, and the apps whose sockets they hold. */
export interface Crew {
  readonly appIds: readonly string[];
  readonly leave: () => Promise<void>;
}

/** A Slack, a server and a PostgreSQL that all contestants of a benchmark meet. */
export class ReplicasStage {
  readonly slack: Peer<SlackQuestions>;
  readonly server: Peer<ServerQuestions>;
  readonly folder: string;
  readonly #postgres: PostgresServer;
  readonly #admin: Line;
  readonly #files = mkdtempSync(join(tmpdir(), 'bench-replicas-'));
  #places = 0;

  private constructor(folder: string, postgres: PostgresServer) {
    this.folder = folder;
    this.#postgres = postgres;
    this.#admin = new Line({ url: postgres.url, applicationName: 'bench', statementMs: 60_000 });
    this.slack = new Peer<SlackQuestions>(folder, 'delivery-slack.js');
    this.server = new Peer<ServerQuestions>(folder, 'delivery-server.js');
  }

  static async open(): Promise<ReplicasStage> {
    return new ReplicasStage(await build(), await startPostgres(SETTINGS));
  }

  /** A place for a new journal. */
  async place(engine: 'SQLite' | 'PostgreSQL'): Promise<string> {
    this.#places += 1;
    if (engine === 'SQLite') return join(this.#files, `${this.#places}.sqlite`);
    const name = `bench_${this.#places}`;
    await this.#admin.run((query) => query(`CREATE DATABASE ${name}`));
    return this.#postgres.url.replace(/postgres$/, name);
  }

  /** Starts so many processes on a new journal, and apps for them; ready when all sockets are open. */
  async start(engine: 'SQLite' | 'PostgreSQL', replicas: number): Promise<Crew> {
    const place = await this.place(engine);
    const entries = [];
    for (let n = 0; n < APPS; n += 1) entries.push(await this.slack.ask('open'));
    const server = await this.server.ask('connectAll', `crew_${this.#places}`, entries);
    const clients = Array.from(
      { length: replicas },
      () => new Peer<PathQuestions>(this.folder, 'replicas-path-client.js'),
    );
    const crew: Crew = {
      appIds: entries.map(({ appId }) => appId),
      async leave() {
        await Promise.all(clients.map((client) => client.ask('stop')));
        await Promise.all(clients.map((client) => client.end()));
      },
    };
    for (const [at, client] of clients.entries())
      await client.ask('open', place, `replica-${at}`, entries[0]?.apiUrl ?? '', server);
    // Known to each other before any opens a socket: each then opens its own.
    for (const client of clients)
      await eventually(async () => (await client.ask('members')) === replicas, 'all members known');
    await Promise.all(clients.map((client) => client.ask('start')));
    for (const appId of crew.appIds) await this.slack.ask('sockets', appId, SOCKETS);
    return crew;
  }

  async end(): Promise<void> {
    await Promise.all([this.slack.end(), this.server.end(), this.#admin.close()]);
    await this.#postgres.dispose();
    rmSync(this.#files, { recursive: true });
  }
}
