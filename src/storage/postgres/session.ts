import { Socket } from 'node:net';
import pg from 'pg';
import { PluginError } from '../../core/errors.js';
import { urlsOf } from './hosts.js';

/** A value of a statement; a list is an array of PostgreSQL. */
export type Parameter =
  string | number | boolean | null | Buffer | readonly (string | number | boolean | null)[];

/** Runs one statement, which is a transaction of its own, and answers its rows. */
export type Query = <Row>(sql: string, values?: readonly Parameter[]) => Promise<Row[]>;

export interface SessionOptions {
  /** `postgres://user@host1,host2/database` */
  readonly url: string;
  /** Without one, the password file of PostgreSQL's clients (`PGPASSFILE`) may hold it. */
  readonly password?: string | (() => string) | undefined;
  /** What PostgreSQL shows as the application of this connection. */
  readonly applicationName: string;
  /** After this PostgreSQL ends a statement by itself, unless it waits for its commit. Milliseconds. */
  readonly statementMs: number;
  /** A host that has not taken the connection by then counts as away: a second unless said. Milliseconds. */
  readonly connectMs?: number;
  /** Called with each new connection, which is used only if it resolves. */
  readonly check?: (query: Query) => Promise<void>;
}

// So much longer than PostgreSQL itself waits, because its answer says what happened and ours does not.
const PATIENCE_MS = 500;
const CONNECT_MS = 1000;
// A connection that has fallen silent never says that it has ended.
const GOODBYE_MS = 500;

// The driver would answer 64-bit integers as strings; ids and counts are far below what a number holds exactly.
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, Number);

/** One connection to PostgreSQL. */
export class Session {
  readonly #client: pg.Client;
  readonly #socket: Socket;
  #isBroken = false;
  /** What PostgreSQL said of a commit that it did not finish. */
  readonly #doubts: string[] = [];

  private constructor(client: pg.Client, socket: Socket) {
    this.#client = client;
    this.#socket = socket;
    // The statement that is under way is rejected with it.
    client.on('error', () => {
      this.#isBroken = true;
    });
    // The wait for the standby was ended: a failover may undo the commit.
    client.on('notice', ({ severity, message }) => {
      if (severity === 'WARNING' && message?.includes('synchronous replication') === true)
        this.#doubts.push(message);
    });
  }

  /** Tries the hosts in turn, until one is reached that passes the check; rejects with what the last one met. */
  static async open(options: SessionOptions): Promise<Session> {
    const [first, ...others] = urlsOf(options.url);
    let opening = Session.#openOne(first, options);
    for (const url of others) opening = opening.catch(() => Session.#openOne(url, options));
    return opening;
  }

  static async #openOne(
    url: string,
    { password, applicationName, statementMs, connectMs = CONNECT_MS, check }: SessionOptions,
  ): Promise<Session> {
    const socket = new Socket();
    const client = new pg.Client({
      connectionString: url,
      application_name: applicationName,
      connectionTimeoutMillis: connectMs,
      statement_timeout: statementMs,
      query_timeout: statementMs + PATIENCE_MS,
      keepAlive: true,
      stream: () => socket,
      types,
      ...(password === undefined ? {} : { password }),
    });
    const session = new Session(client, socket);
    try {
      await client.connect();
      await check?.((sql, values) => session.query(sql, values));
    } catch (error) {
      await session.end();
      throw error;
    }
    return session;
  }

  /** Whether the connection has ended by itself. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  readonly query: Query = async <Row>(sql: string, values: readonly Parameter[] = []): Promise<Row[]> => {
    this.#doubts.length = 0;
    const { rows } = await this.#client.query<Row & pg.QueryResultRow>(sql, [...values]);
    const [doubt] = this.#doubts;
    if (doubt === undefined) return rows;
    throw new PluginError(
      'journal_unavailable',
      `PostgreSQL wrote to the journal, but its standby did not confirm it, so a failover may lose it (PostgreSQL: ${doubt})`,
    );
  };

  /** A statement that is still under way is not waited for, and neither is a connection that has fallen silent. */
  async end(): Promise<void> {
    this.#isBroken = true;
    const silent = setTimeout(() => this.#socket.destroy(), GOODBYE_MS);
    await this.#client.end().catch(() => undefined);
    clearTimeout(silent);
  }
}
