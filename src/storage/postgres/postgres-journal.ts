import { sleep, type Clock } from '../../core/clock.js';
import type { Cluster, Membership } from '../cluster.js';
import type { JournalDatabase, Migrated } from '../journal.js';
import { PostgresRelay } from './acknowledgement-relay.js';
import { append } from './append.js';
import { checkRights } from './check-rights.js';
import { checkServer } from './check-server.js';
import { claim } from './claim.js';
import { Claims } from './claims.js';
import { discard, readDead, readDeadBody, resend } from './dead-letters.js';
import { Line } from './line.js';
import { LeaseKeeper, type Replica } from './membership.js';
import { migrateSchema } from './migrate.js';
import { findPaths, findRows, notePath } from './paths.js';
import { PostgresNotifications } from './notifications.js';
import { PostgresResponses } from './pending-responses.js';
import { prune } from './prune.js';
import { PostgresReports } from './reports.js';
import { removeRowsOf } from './remove-connection.js';
import { probe, Room } from './room.js';
import type { Query, SessionOptions } from './session.js';
import { PostgresSlots } from './socket-slots.js';
import { settle } from './settle.js';
import { ready, stats } from './stats.js';
import { takeOverRows } from './take-over.js';
import { tokenStore } from './tokens.js';

// PostgreSQL ends a statement after this, so that no lane is held for longer by one that waits.
const STATEMENT_MS = 2500;

// Changes of the schema may wait for what is under way.
const MIGRATION_MS = 60_000;

// A start has no lease to keep, and happens when machines are busy: all replicas may be starting, and PostgreSQL too.
const START_CONNECT_MS = 10_000;
const JOIN_TRIES = 10;
const JOIN_PAUSE_MS = 1000;

// A beat is tried a second time before the lease ends.
const BEAT_MS = 700;

/** Where the database is, and the password if it is not in the password file of PostgreSQL's clients. */
export type DatabaseAddress = Pick<SessionOptions, 'url' | 'password'>;

export interface PostgresOptions extends Replica, DatabaseAddress {
  /** Rows are refused when rows and keys take this many bytes. */
  readonly maxBytes: number;
  readonly clock: Clock;
}

/** What a journal is made of, when its database is there and up to date. */
export interface PostgresJournalPorts {
  /** Events are written on a connection of their own, so that an acknowledgement waits for nothing else. */
  readonly appends: Line;
  readonly others: Line;
  /** The rows that this process knows it holds. */
  readonly claims: Claims;
  /** The live replica that stands for the owner of whom a verb speaks. */
  readonly ownerOf: (asked: string) => string;
  /** Called when everything that was asked is done. */
  readonly leave: () => Promise<void>;
  readonly maxBytes: number;
  readonly clock: Clock;
}

/** A journal in PostgreSQL, and the lease under which this process claims its rows. */
export interface PostgresJournal extends JournalDatabase {
  readonly cluster: Cluster;
}

/**
 * Opens the journal in a PostgreSQL database, whose schema it makes or brings up to date, and joins the replicas that share it.
 * Rejects with `journal_newer`, `journal_damaged`, `journal_full` or `journal_unavailable`.
 */
export async function openPostgresJournal(options: PostgresOptions): Promise<PostgresJournal> {
  const { url, password, maxBytes, clock, name, version } = options;
  const database = { url, password };
  await prepareDatabase(database);
  const claims = new Claims();
  const lines = [beatLine(database), beatLine(database)] as const;
  const lease = new LeaseKeeper({ name, version, lines, clock, fenced: () => claims.clear() });
  const line = socketsLine(database);
  const slots = new PostgresSlots(line, clock, lease.instance);
  const reports = new PostgresReports(line, clock, lease.instance);
  const responses = new PostgresResponses(line, clock, lease.instance);
  const notifications = new PostgresNotifications(line, clock, lease.instance, () => lease.members());
  const relay = new PostgresRelay(line, clock, lease.instance);
  const { appends, others } = journalLines(database);
  const journal = postgresJournal({
    claims,
    async leave() {
      responses.stop();
      notifications.stop();
      relay.stop();
      await reports.close();
      await slots.close();
      await lease.leave();
    },
    ownerOf: () => lease.id,
    maxBytes,
    clock,
    ...{ appends, others },
  });
  try {
    await joinPatiently(lease, slots, [appends, others, ...lines], clock);
  } catch (error) {
    await journal.close();
    throw error;
  }
  lease.run();
  slots.run();
  reports.run();
  notifications.run();
  relay.run();
  const membership: Membership = {
    isShared: true,
    instance: lease.instance,
    holdsLease: () => lease.holdsLease(),
    holds: (row) => lease.holdsLease() && claims.has(row),
    lapsed: lease.lapsed,
    fenced: lease.fenced,
    now: lease.now,
    members: () => lease.members(),
    changed: lease.changed,
    drain: () => lease.drain(),
  };
  return { cluster: { membership, slots, reports, responses, notifications, relay }, ...journal };
}

/**
 * PostgreSQL was reached a moment ago: what fails now is tried again for a while. All connections are opened now: one for which
 * there is no room would else be missed when it is needed.
 */
async function joinPatiently(
  lease: LeaseKeeper,
  slots: PostgresSlots,
  lines: readonly Line[],
  clock: Clock,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await lease.join();
      await slots.look();
      for (const line of lines) await line.run((query) => query('SELECT 1'));
      return;
    } catch (error) {
      if (tries === JOIN_TRIES) throw error;
      await sleep(clock, JOIN_PAUSE_MS);
    }
  }
}

/** Makes the schema, or brings it up to date; answers what it did. */
export async function prepareDatabase(database: DatabaseAddress): Promise<Migrated> {
  const line = new Line({
    applicationName: 'ak-slack migration',
    statementMs: MIGRATION_MS,
    connectMs: START_CONNECT_MS,
    check: checkServer,
    ...database,
  });
  try {
    return await line.run(migrateSchema);
  } finally {
    await line.close();
  }
}

/** The connections that the verbs of the journal use. */
export function journalLines(database: DatabaseAddress): Pick<PostgresJournalPorts, 'appends' | 'others'> {
  const common = { statementMs: STATEMENT_MS, check: checkReplica, ...database };
  return {
    appends: new Line({ applicationName: 'ak-slack appends', ...common }),
    others: new Line({ applicationName: 'ak-slack', ...common }),
  };
}

/** A connection for beats. */
export function beatLine(database: DatabaseAddress): Line {
  return new Line({
    applicationName: 'ak-slack beats',
    statementMs: BEAT_MS,
    check: checkReplica,
    ...database,
  });
}

/** A connection for the slots of sockets, reports, answers, acknowledgements and notifications: none waits behind events. */
function socketsLine(database: DatabaseAddress): Line {
  return new Line({
    applicationName: 'ak-slack sockets',
    statementMs: STATEMENT_MS,
    check: checkReplica,
    ...database,
  });
}

/** What every connection is checked for: by the time of a reconnect there may be another server, or other rights. */
async function checkReplica(query: Query): Promise<void> {
  await checkServer(query);
  await checkRights(query);
}

/** The journal in PostgreSQL, for owners that are live replicas. */
export function postgresJournal(ports: PostgresJournalPorts): Omit<JournalDatabase, 'cluster'> {
  const { appends, others, claims, ownerOf, leave, maxBytes, clock } = ports;
  const room = new Room(maxBytes, clock);

  return {
    warning: undefined,
    append: (rows) =>
      claims.claiming((add) =>
        appends.run(async (query) => {
          await room.refuseWhenFull(query);
          const appended = await append(query, rows, ownerOf);
          for (const each of appended)
            if (typeof each === 'object') add({ id: each.claimed, turn: each.turn });
          return appended;
        }),
      ),
    claim: (owner, now, requests) =>
      claims.claiming((add) =>
        others.run(async (query) => {
          const claimed = await claim(query, ownerOf(owner), now, requests);
          claimed.rows.forEach(add);
          return claimed;
        }),
      ),
    settle: (owner, now, settlements) =>
      others.run(async (query) => {
        const settled = await settle(query, ownerOf(owner), now, settlements);
        for (const settlement of settlements) claims.remove(settlement);
        return settled;
      }),
    takeOver: (owner, latest, limit) =>
      claims.claiming((add) =>
        others.run(async (query) => {
          const rows = await takeOverRows(query, ownerOf(owner), latest, limit, claims);
          rows.forEach(add);
          return rows;
        }),
      ),
    ready: () => others.run(ready),
    listDead: (asked) => others.run((query) => readDead(query, asked)),
    deadBody: (id) => others.run((query) => readDeadBody(query, id)),
    resend: (ids, now) => others.run((query) => resend(query, ids, now)),
    discard: (ids) => others.run((query) => discard(query, ids)),
    notePath: (id, note, now) => others.run((query) => notePath(query, id, note, now)),
    findPaths: (name) => others.run((query) => findPaths(query, name)),
    findRows: (key) => others.run((query) => findRows(query, key)),
    removeConnection: (connectionId, limit) =>
      others.run((query) => removeRowsOf(query, connectionId, limit)),
    prune: (request) =>
      others.run(async (query) => prune(query, request, maxBytes, await room.isCrowded(query))),
    // PostgreSQL does it by itself, and keeps its files for the next rows.
    compact: () => Promise.resolve(false),
    probe: (now) =>
      appends.run(async (query) => {
        await room.refuseWhenFull(query);
        await probe(query, now);
      }),
    stats: () => others.run((query) => stats(query, maxBytes)),
    tokens: tokenStore(others),
    async close() {
      await Promise.all([appends.close(), others.close()]);
      await leave();
    },
  };
}
