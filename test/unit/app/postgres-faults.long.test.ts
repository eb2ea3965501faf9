import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { message } from '../../../src/sim/slack/frames/messages.js';
import { SLACK_RETRIES } from '../../../src/sim/slack/sending/retry-ladder.js';
import { slashCommand } from '../../../src/sim/slack/frames/slash-command.js';
import { Line } from '../../../src/storage/postgres/line.js';
import { eventually } from '../../helpers/eventually.js';
import { startPostgresProxy, type PostgresFault, type PostgresProxy } from '../../helpers/postgres-proxy.js';
import { addInstallation, connect } from '../../world/connections.js';
import { textsOf, troubles, untilStatus, untilTroubles } from '../../world/observations.js';
import { QUICK_DELIVERY } from '../../world/policies.js';
import { makeMigratedRoles, type PreparedRoles } from '../../world/postgres-roles.js';
import { startPostgres, type PostgresServer } from '../../../src/sim/postgres/postgres-server.js';
import { startWorld } from '../../world/world.js';

// Longer than any fault lasts.
const RETRY_DELAYS = [200, 500, ...Array.from({ length: 40 }, () => 1_000)];

/** Ends a fault. */
type Mend = () => Promise<unknown>;

interface Row {
  readonly fault: string;
  readonly begin: () => Promise<Mend>;
  /** What the status says. */
  readonly says: RegExp;
}

describe('The program while the PostgreSQL of its journal has a fault', () => {
  let server: PostgresServer;
  let roles: PreparedRoles;
  let proxy: PostgresProxy;
  let admin: Line;
  let mend: Mend | undefined;

  beforeAll(async () => {
    server = await startPostgres();
    roles = await makeMigratedRoles(server);
    proxy = await startPostgresProxy(server.port);
  });

  afterAll(async () => {
    await proxy.stop();
    await server.dispose();
  });

  beforeEach(() => {
    admin = new Line({ url: roles.adminUrl, applicationName: 'test', statementMs: 60_000 });
  });

  afterEach(async () => {
    await mend?.();
    mend = undefined;
    await admin.close();
  });

  const sql = (...texts: readonly string[]): Promise<void> =>
    admin.run(async (query) => {
      for (const text of texts) await query(text);
    });
  const endSessions = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'ak_slack'`;
  /** A fault that statements make, and others mend. */
  const bySql =
    (begin: readonly string[], end: readonly string[]): Row['begin'] =>
    async () => {
      await sql(...begin);
      return () => sql(...end);
    };
  const byProxy =
    (fault: PostgresFault): Row['begin'] =>
    () => {
      proxy.set(fault);
      return Promise.resolve(() => {
        proxy.set({ t: 'none' });
        return Promise.resolve();
      });
    };

  async function start() {
    const url = new URL(roles.url);
    url.port = `${proxy.port}`;
    const world = await startWorld({
      settings: { JOURNAL_URL: url.href, GATEWAY_PUBLIC_URL: 'http://gateway.test' },
      slack: { retries: { ...SLACK_RETRIES, delays: RETRY_DELAYS } },
      other: { delivery: { ...QUICK_DELIVERY, journalRetryMs: 100 } },
    });
    const { installation, appToken } = addInstallation(world);
    const { id } = await connect(world, installation, appToken);
    await untilStatus(world, id, 'ok', /2 sockets live/);
    return {
      world,
      installation,
      send: (text: string) => world.slack.send(installation, message({ text })),
      got: () => textsOf(world, id),
    };
  }

  const rows: readonly Row[] = [
    {
      fault: 'is killed',
      begin: async () => {
        await server.kill();
        return () => server.start();
      },
      says: /cannot be reached/,
    },
    { fault: 'does not answer any more', begin: byProxy({ t: 'silent' }), says: /does not respond in time/ },
    {
      fault: 'answers too late',
      begin: byProxy({ t: 'slow', ms: 10_000 }),
      says: /does not respond in time/,
    },
    {
      fault: 'is starting',
      begin: byProxy({ t: 'refused', code: '57P03', message: 'the database system is starting up' }),
      says: /the database system is starting up/,
    },
    {
      fault: 'refuses the password',
      begin: byProxy({ t: 'refused', code: '28P01', message: 'password authentication failed' }),
      says: /refuses the password/,
    },
    {
      fault: 'takes no more connections',
      begin: bySql(
        ['ALTER ROLE ak_slack CONNECTION LIMIT 0', endSessions],
        ['ALTER ROLE ak_slack CONNECTION LIMIT -1'],
      ),
      says: /takes no more connections/,
    },
    {
      fault: 'is set to read-only',
      begin: bySql(
        ['ALTER ROLE ak_slack SET default_transaction_read_only = on', endSessions],
        ['ALTER ROLE ak_slack RESET default_transaction_read_only', endSessions],
      ),
      says: /does not accept writes/,
    },
    {
      fault: 'would confirm what is not on its disk',
      begin: bySql(
        ['ALTER ROLE ak_slack SET synchronous_commit = off', endSessions],
        ['ALTER ROLE ak_slack SET synchronous_commit = on', endSessions],
      ),
      says: /synchronous_commit is off/,
    },
    {
      fault: 'waits for a lock that something else holds',
      begin: bySql(['BEGIN', 'LOCK TABLE ak_slack.keys IN ACCESS EXCLUSIVE MODE'], ['COMMIT']),
      says: /took too long for a statement/,
    },
    {
      fault: 'waits for a synchronous standby that is away',
      begin: async () => {
        await sql(`ALTER SYSTEM SET synchronous_standby_names = 'nobody'`, 'SELECT pg_reload_conf()');
        // The setting takes effect some time after the call: what is committed until then is acknowledged rightly.
        await eventually(
          () =>
            admin.run(async (query) => {
              const waiting = `SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'`;
              return (await query(waiting, [])).length > 0;
            }),
          'a replica that waits for the standby',
        );
        return () => sql('ALTER SYSTEM RESET synchronous_standby_names', 'SELECT pg_reload_conf()');
      },
      says: /does not respond in time/,
    },
    {
      fault: 'has a full disk',
      begin: bySql(
        [
          `CREATE FUNCTION public.full_disk() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$`,
          'CREATE TRIGGER full_disk BEFORE INSERT ON ak_slack.keys EXECUTE FUNCTION public.full_disk()',
          'CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON ak_slack.probes EXECUTE FUNCTION public.full_disk()',
        ],
        ['DROP FUNCTION public.full_disk() CASCADE'],
      ),
      says: /disk of the journal's PostgreSQL is full/,
    },
    {
      fault: 'has the schema of another application in place of ours',
      begin: bySql(
        [
          'ALTER SCHEMA ak_slack RENAME TO ours',
          'CREATE SCHEMA ak_slack',
          'CREATE TABLE ak_slack.events (n int)',
        ],
        ['DROP SCHEMA ak_slack CASCADE', 'ALTER SCHEMA ours RENAME TO ak_slack'],
      ),
      says: /may not use the|were changed by another program/,
    },
    {
      fault: 'has taken a right from the role',
      begin: bySql(
        ['REVOKE INSERT ON ak_slack.keys, ak_slack.probes FROM ak_slack'],
        ['GRANT INSERT ON ak_slack.keys, ak_slack.probes TO ak_slack'],
      ),
      says: /may not use the journal's tables|INSERT on keys/,
    },
  ];

  it.each(rows)(
    'While PostgreSQL $fault nothing is acknowledged, status and log say so, and it ends by itself',
    async ({ begin, says }) => {
      const { world, send, got } = await start();
      const { ledger } = world.slack;
      await ledger.settled(send('before'));
      mend = await begin();
      const meanwhile = send('meanwhile');
      await untilTroubles(world, says);
      expect(meanwhile.attempts.flatMap(({ acknowledgements }) => acknowledgements)).toEqual([]);
      expect(world.program.logged.filter((line) => says.test(line))).not.toEqual([]);

      await mend();
      mend = undefined;
      await ledger.settled(meanwhile);
      expect(meanwhile.state).toBe('acknowledged');
      await ledger.settled(send('after'));
      await eventually(() => got().length === 3, 'all events');
      expect(got()).toEqual(['before', 'meanwhile', 'after']);
      await eventually(async () => (await troubles(world)).length === 0, 'no trouble is left');
    },
  );

  it('A person whose command comes while PostgreSQL is away is told that it was not taken', async () => {
    const { world, installation } = await start();
    const { slack } = world;
    mend = await byProxy({ t: 'refused', code: '57P01', message: 'shutting down' })();
    const entry = slack.send(installation, slashCommand({ text: 'status' }));
    await slack.ledger.settled(entry);
    expect(JSON.stringify(slack.ledger.answer(entry))).toContain('could not be processed');
  });

  it('Events whose answers PostgreSQL loses on the way are acknowledged when they come again, and delivered once', async () => {
    const { world, send, got } = await start();
    mend = await byProxy({ t: 'cut', oneIn: 9 })();
    const texts = Array.from({ length: 8 }, (_, n) => `${n}`);
    for (const text of texts) await world.slack.ledger.settled(send(text));
    await mend();
    mend = undefined;
    await eventually(() => got().length >= texts.length, 'all events');
    expect(got()).toEqual(texts);
    expect(world.slack.ledger.lost()).toEqual([]);
  });
});
