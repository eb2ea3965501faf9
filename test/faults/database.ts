import { sleep, systemClock } from '../../src/core/clock.js';
import type { Random } from '../../src/core/random.js';
import type { PostgresFault } from '../helpers/postgres-proxy.js';
import type { FaultSeries } from './report.js';
import { runReplicas, type Scenario } from './replicas-run.js';
import type { ReplicasWorld } from './replicas-world.js';

/** Does something to PostgreSQL that lasts `ms`, and undoes it. */
type DatabaseFault = (world: ReplicasWorld, ms: number, random: Random) => Promise<void>;

const pause = (ms: number): Promise<void> => sleep(systemClock, ms);

const throughProxy =
  (fault: (random: Random) => PostgresFault): DatabaseFault =>
  async ({ proxy }, ms, random) => {
    proxy.set(fault(random));
    await pause(ms);
    proxy.set({ t: 'none' });
  };

const throughStatements =
  (begin: readonly string[], end: readonly string[]): DatabaseFault =>
  async ({ admin }, ms) => {
    for (const statement of begin) await admin.run((query) => query(statement));
    await pause(ms);
    for (const statement of end) await admin.run((query) => query(statement));
  };

// Of the replicas only, so that the runner itself can undo it.
const END_SESSIONS = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'ak-slack%'`;

const FAULTS: Readonly<Record<string, DatabaseFault>> = {
  killed: async ({ postgres }, ms) => {
    await postgres.kill();
    await pause(ms);
    await postgres.start();
  },
  'replies cut': throughProxy((random) => ({ t: 'cut', oneIn: 3 + Math.floor(random() * 8) })),
  silent: throughProxy(() => ({ t: 'silent' })),
  slow: throughProxy((random) => ({ t: 'slow', ms: 100 + random() * 2_000 })),
  starting: throughProxy(() => ({
    t: 'refused',
    code: '57P03',
    message: 'the database system is starting up',
  })),
  'too many connections': throughProxy(() => ({
    t: 'refused',
    code: '53300',
    message: 'sorry, too many clients already',
  })),
  'read-only': throughStatements(
    ['ALTER SYSTEM SET default_transaction_read_only = on', 'SELECT pg_reload_conf()'],
    ['ALTER SYSTEM RESET default_transaction_read_only', 'SELECT pg_reload_conf()'],
  ),
  locked: async ({ admin }, ms) => {
    await admin.run(async (query) => {
      await query('BEGIN');
      await query('LOCK TABLE ak_slack.keys IN ACCESS EXCLUSIVE MODE');
      await pause(ms);
      await query('COMMIT');
    });
  },
  'standby away': throughStatements(
    [`ALTER SYSTEM SET synchronous_standby_names = 'nobody'`, 'SELECT pg_reload_conf()'],
    ['ALTER SYSTEM RESET synchronous_standby_names', 'SELECT pg_reload_conf()'],
  ),
  full: throughStatements(
    [
      `CREATE OR REPLACE FUNCTION public.full_disk() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$`,
      'CREATE TRIGGER full_disk BEFORE INSERT ON ak_slack.keys EXECUTE FUNCTION public.full_disk()',
    ],
    ['DROP FUNCTION public.full_disk() CASCADE'],
  ),
  'sessions ended': throughStatements([END_SESSIONS], [END_SESSIONS]),
};

/** Three faults of PostgreSQL, one after the other, while events flow; the first by the seed, so that all have the same share. */
const DATABASE: Scenario = {
  events: { count: 400, pauseMs: 80 },
  kills: () => [[], [], []],
  async meanwhile(world, random, seed) {
    const all = Object.values(FAULTS);
    for (const place of [seed, random() * all.length, random() * all.length]) {
      await pause(300 + random() * 1_000);
      await all[Math.floor(place) % all.length]!(world, 200 + random() * 3_500, random);
    }
  },
};

export const run: FaultSeries = (seeds) => runReplicas(DATABASE, seeds);

/** Replies are cut and nobody looks for what was claimed by them: this must not hold. */
export const runWithoutAdoption: FaultSeries = (seeds) =>
  runReplicas(
    {
      ...DATABASE,
      leftOut: 'adoption',
      settlesWithinMs: 20_000,
      async meanwhile(world, random) {
        await FAULTS['replies cut']!(world, 5_000, random);
      },
    },
    seeds,
  );
