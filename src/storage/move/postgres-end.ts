import { sleep, type Clock } from '../../core/clock.js';
import { PluginError } from '../../core/errors.js';
import { checkServer } from '../postgres/check-server.js';
import { Line } from '../postgres/line.js';
import { MOVED } from '../postgres/moved.js';
import { isDenied } from '../postgres/postgres-error.js';
import { prepareDatabase, type DatabaseAddress } from '../postgres/postgres-journal.js';
import type { Query } from '../postgres/session.js';
import { TOKEN_KEY } from '../tokens.js';
import type { JournalEnd } from './journal-end.js';
import { MARK, movedError, parseMark, PROGRESS, type MoveMark } from './mark.js';
import { readPage } from './postgres-read.js';
import { writePage } from './postgres-write.js';
import { put, refuseOtherMark, refuseOtherSchema, takeStep, valueIn } from './postgres-fence.js';
import type { MovePosition } from './records.js';

// A statement of a move reads or writes some hundred rows; a lock is had when what is under way has ended.
const STATEMENT_MS = 60_000;
const CONNECT_MS = 10_000;

// How long a table is waited for in order to close it.
const LOCK_MS = 2_000;

// The lease of a replica that was killed ends within 2.5 s.
const LEASE_TRIES = 8;
const LEASE_PAUSE_MS = 500;

// Which tables refuse new rows, by the mark. No lease is had or renewed without a row in the one, and no event written without
// one in the other, by whichever release: a replica that stood still while all this happened can do no harm.
const CLOSED: Readonly<Record<MoveMark['t'], readonly string[]>> = {
  leaving: ['replicas', 'keys'],
  moved: ['replicas', 'keys'],
  arriving: ['replicas'],
};

export interface PostgresEndOptions extends DatabaseAddress {
  /** As it is shown. */
  readonly place: string;
  readonly clock: Clock;
}

/** A journal in PostgreSQL, for the role that owns its schema. Rejects as openPostgresJournal() does. */
export async function openPostgresEnd({
  url,
  password,
  place,
  clock,
}: PostgresEndOptions): Promise<JournalEnd> {
  const line = new Line({
    applicationName: 'ak-slack move',
    statementMs: STATEMENT_MS,
    connectMs: CONNECT_MS,
    check: checkServer,
    ...{ url, password },
  });
  const ask = <Row>(sql: string): Promise<Row[]> => line.run((query) => query<Row>(sql));
  const transact = async (step: (query: Query) => Promise<void>): Promise<void> => {
    try {
      await line.transact(step);
    } catch (error) {
      throw isDenied(error) ? notOwner(error) : error;
    }
  };
  const valueOf = (name: string): Promise<string | undefined> => line.run((query) => valueIn(query, name));
  const mark = async (): Promise<MoveMark | undefined> => {
    const [table] = await ask<{ there: boolean }>(
      `SELECT to_regclass('ak_slack.installation') IS NOT NULL AS there`,
    );
    const text = table?.there === true ? await valueOf(MARK) : undefined;
    return text === undefined ? undefined : parseMark(text);
  };
  try {
    // A journal that takes part in a move was brought up to date when that began, and refuses all else.
    if ((await mark()) === undefined) await prepareDatabase({ url, password });
    else refuseOtherSchema(await valueOf('schema'), place);
  } catch (error) {
    await line.close();
    throw error;
  }
  const end: JournalEnd = {
    place,
    warning: undefined,
    mark,
    async setMark(wanted, before) {
      for (let tries = 1; ; tries += 1) {
        try {
          // Whoever waits for a table to close it makes all others wait, too: not while a replica runs.
          await line.run((query) => refuseLive(query, place));
          await transact(async (query) => {
            await query(`SET LOCAL lock_timeout = ${LOCK_MS}`);
            await close(query, CLOSED[wanted.t]);
            await refuseLive(query, place);
            refuseOtherMark(await valueIn(query, MARK), before, place);
            await put(query, MARK, JSON.stringify(wanted));
          });
          return;
        } catch (error) {
          const isLocked = error instanceof PluginError && error.code === 'journal_locked';
          if (!isLocked || tries === LEASE_TRIES) throw error;
          await sleep(clock, LEASE_PAUSE_MS);
        }
      }
    },
    clearMark: (id) =>
      transact(async (query) => {
        await query('LOCK TABLE ak_slack.installation IN SHARE ROW EXCLUSIVE MODE');
        const text = await valueIn(query, MARK);
        // Another process that went on with the move has ended it.
        if (text === undefined) return;
        const found = parseMark(text);
        if (found.id !== id) throw movedError(place, found);
        await open(query);
        await query(`DELETE FROM ak_slack.installation WHERE name IN ('${MARK}', '${PROGRESS}')`);
      }),
    async counts() {
      const [counts] = await ask<Awaited<ReturnType<JournalEnd['counts']>>>(
        `SELECT (SELECT count(*) FROM ak_slack.tokens) AS tokens, (SELECT count(*) FROM ak_slack.events) AS waiting,
          (SELECT count(*) FROM ak_slack.dead) AS dead, (SELECT count(*) FROM ak_slack.paths) AS paths,
          (SELECT count(*) FROM ak_slack.keys) AS keys`,
      );
      return counts as NonNullable<typeof counts>;
    },
    async largestId() {
      const [largest] = await ask<{ id: number }>(
        `SELECT greatest((SELECT max(id) FROM ak_slack.events), (SELECT max(id) FROM ak_slack.dead),
          (SELECT max(id) FROM ak_slack.paths), 0)::bigint AS id`,
      );
      return largest?.id ?? 0;
    },
    tokenKey: () => valueOf(TOKEN_KEY),
    read: (part, after) => line.run((query) => readPage(query, part, after, clock.now())),
    async progress() {
      const text = await valueOf(PROGRESS);
      return text === undefined ? undefined : (JSON.parse(text) as MovePosition);
    },
    begin: (largestId, tokenKey, step) =>
      transact(async (query) => {
        await takeStep(query, step, place);
        await query('DELETE FROM ak_slack.tokens');
        await query(`DELETE FROM ak_slack.installation WHERE name = '${TOKEN_KEY}'`);
        if (tokenKey !== undefined) await put(query, TOKEN_KEY, tokenKey);
        await query(`ALTER TABLE ak_slack.events ALTER id RESTART WITH ${largestId + 1}`);
      }),
    write: (page, step) =>
      transact(async (query) => {
        await takeStep(query, step, place);
        await writePage(query, page);
      }),
    empty: () =>
      transact(async (query) => {
        await query(
          `TRUNCATE ak_slack.events, ak_slack.dead, ak_slack.keys, ak_slack.paths, ak_slack.tokens, ak_slack.sources`,
        );
        await query(`DELETE FROM ak_slack.installation WHERE name IN ('${TOKEN_KEY}', '${PROGRESS}')`);
      }),
    close: () => line.close(),
  };
  return end;
}

/** From the commit on these tables refuse new and changed rows, without a look at those that are there. */
async function close(query: Query, tables: readonly string[]): Promise<void> {
  await open(query);
  for (const table of tables)
    await query(`ALTER TABLE ak_slack.${table} ADD CONSTRAINT ${MOVED} CHECK (false) NOT VALID`);
}

async function open(query: Query): Promise<void> {
  for (const table of ['replicas', 'keys'])
    await query(`ALTER TABLE ak_slack.${table} DROP CONSTRAINT IF EXISTS ${MOVED}`);
}

/** A replica that joined before the table was closed is seen here; one that comes later is refused. */
async function refuseLive(query: Query, place: string): Promise<void> {
  const live = await query<{ name: string }>(
    'SELECT DISTINCT name FROM ak_slack.replicas WHERE gone_at IS NULL AND expires_at > clock_timestamp() ORDER BY 1',
  );
  if (live.length > 0)
    throw new PluginError(
      'journal_locked',
      `The journal ${place} is in use by ${live.map(({ name }) => name).join(', ')}: stop all replicas, and try again.`,
    );
}

function notOwner(cause: unknown): PluginError {
  return new PluginError(
    'journal_unavailable',
    'The role of the URL may not change the tables of the journal in PostgreSQL: move it with the role that owns the schema ak_slack.',
    { cause },
  );
}
