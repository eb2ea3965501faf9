import pg from 'pg';
import { PluginError } from '../../core/errors.js';
import { isTransient, postgresError } from './postgres-error.js';
import { Session, type Parameter, type Query, type SessionOptions } from './session.js';

// Two statements that waited for each other: one of them was undone, and works at its next try.
const TRIES = 5;

// While PostgreSQL cannot be reached, one try in this time is enough; the others are answered with what that one met.
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;

/**
 * A connection to PostgreSQL on which one statement is under way at a time, in the order of asking. A statement that is not
 * answered in time ends the connection: whether it had its effect is not known then. The next one connects anew.
 */
export class Line {
  readonly #options: SessionOptions;
  #session: Session | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;
  #pauseMs = 0;
  #pausedUntil = -Infinity;
  #unreachable: PluginError | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Has the connection for itself until `work` has ended. Rejects with the errors of the journal. */
  run<Result>(work: (query: Query) => Promise<Result>): Promise<Result> {
    if (this.#isClosed) return Promise.reject(new PluginError('stopped', 'the journal is closed'));
    const result = this.#last.then(() => work(this.#query));
    this.#last = result.catch(() => undefined);
    return result;
  }

  /**
   * The same for a transaction: all its statements are of one connection, and with that it ends, too. What waited for another
   * transaction while that waited for it is done anew.
   */
  transact<Result>(work: (query: Query) => Promise<Result>): Promise<Result> {
    return this.run(async () => {
      for (let tries = 1; ; tries += 1) {
        try {
          return await this.#transaction(work);
        } catch (error) {
          const isUndone = error instanceof PluginError && isTransient(error.cause);
          if (tries === TRIES || !isUndone) throw error;
        }
      }
    });
  }

  /** Finishes what was asked before, then ends the connection. A second call joins the first. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#last;
    await this.#drop();
  }

  readonly #query: Query = async <Row>(sql: string, values?: readonly Parameter[]): Promise<Row[]> => {
    for (let tries = 1; ; tries += 1) {
      const session = await this.#connected();
      try {
        return await session.query<Row>(sql, values);
      } catch (error) {
        if (tries < TRIES && isTransient(error)) continue;
        if (!(error instanceof pg.DatabaseError)) await this.#drop();
        throw postgresError(error);
      }
    }
  };

  async #transaction<Result>(work: (query: Query) => Promise<Result>): Promise<Result> {
    const session = await this.#connected();
    const query: Query = async <Row>(sql: string, values?: readonly Parameter[]): Promise<Row[]> => {
      try {
        return await session.query<Row>(sql, values);
      } catch (error) {
        if (!(error instanceof pg.DatabaseError)) await this.#drop();
        throw postgresError(error);
      }
    };
    await query('BEGIN');
    try {
      const result = await work(query);
      await query('COMMIT');
      return result;
    } catch (error) {
      await query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  async #connected(): Promise<Session> {
    if (this.#session?.isBroken === false) return this.#session;
    if (this.#unreachable !== undefined && performance.now() < this.#pausedUntil) throw this.#unreachable;
    try {
      this.#session = await Session.open(this.#options);
    } catch (error) {
      this.#pauseMs = Math.min(Math.max(this.#pauseMs * 2, FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
      this.#pausedUntil = performance.now() + this.#pauseMs;
      this.#unreachable = postgresError(error);
      throw this.#unreachable;
    }
    this.#unreachable = undefined;
    this.#pauseMs = 0;
    return this.#session;
  }

  async #drop(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.end();
  }
}
