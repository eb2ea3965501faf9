import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { Channel } from '../../src/core/channel.js';
import { systemClock } from '../../src/core/clock.js';
import { createLog } from '../../src/core/log.js';
import type { DeliveryLimits } from '../../src/delivery/limits.js';
import type { EventSink } from '../../src/delivery/sink.js';
import { classify } from '../../src/events/classify.js';
import type { Membership } from '../../src/storage/cluster.js';
import type { Journal, JournalDatabase } from '../../src/storage/journal.js';
import type { NewRow } from '../../src/storage/rows.js';
import { Claims } from '../../src/storage/postgres/claims.js';
import { openPostgresJournal } from '../../src/storage/postgres/postgres-journal.js';
import { openSqliteJournal } from '../../src/storage/sqlite/sqlite-journal.js';
import { eventually } from '../helpers/eventually.js';
import { openEventPath } from '../world/event-path.js';
import { CrashRecord, Fuse, pausedFile, type Kill } from './crash-record.js';

/** After so many requests the journal is busy enough for a thread that makes checkpoints. */
const REQUESTS = 1_000;
const WITHIN_MS = 10_000;
// More than any run writes.
const MAX_BYTES = 1024 ** 3;

/** What a process of a crash run is told first; until then it does nothing. */
export interface ChildPlan {
  /** Of the notes, and of the journal unless it is shared. */
  readonly folder: string;
  /** The database of a journal that other processes use too. */
  readonly shared?: SharedPlan;
  readonly autokittehUrl: string;
  readonly signKey: string;
  readonly slackApiUrl: string;
  readonly limits: Partial<DeliveryLimits>;
  /** Whether the journal is to be so busy that a thread of its own makes the checkpoints. */
  readonly checkpoints: boolean;
  readonly kill?: Kill;
}

/** A process that is one of several replicas. */
export interface SharedPlan {
  readonly url: string;
  readonly name: string;
  /** What it does not do, to see that a series finds the fault: its dispatches are not fenced, or lost claims not adopted. */
  readonly leftOut?: 'fencing' | 'adoption';
}

/** What it tells whenever it is asked, once it has said that it is ready. */
export interface ChildState {
  readonly waiting: number;
  readonly dead: number;
}

process.once('disconnect', () => process.exit(1));
const [plan] = (await once(process, 'message')) as [ChildPlan];
const record = new CrashRecord(`${plan.folder}/notes`, `${plan.shared?.name ?? ''} ${process.pid}`);
const fuse = new Fuse(plan.kill, (step) => {
  if (plan.kill?.once !== undefined && !isFirst(`${plan.folder}/${plan.kill.once}`)) return;
  const pauseMs = plan.kill?.pauseMs;
  if (pauseMs !== undefined) {
    record.note({ t: 'paused', step, pauseMs });
    // The runner finds it and wakes this process.
    writeFileSync(pausedFile(plan.folder, process.pid), '');
    process.kill(process.pid, 'SIGSTOP');
    record.note({ t: 'woken' });
    return;
  }
  record.note({ t: 'killed', step });
  // This thread must do nothing more, but the journal's own may.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, plan.kill?.graceMs);
  process.kill(process.pid, 'SIGKILL');
});
record.note({ t: 'life' });

const journal = await openJournalOf(plan);
const path = await openEventPath({
  ...{ autokittehUrl: plan.autokittehUrl, signKey: plan.signKey, slackApiUrl: plan.slackApiUrl },
  journal: deadlyJournal(journal),
  around: deadlySink,
  limits: plan.limits,
  random: Math.random,
  log: createLog({ level: 'error', format: 'json' }, process.stderr),
  arrived(envelope) {
    const classified = classify(envelope);
    const { envelopeId } = envelope;
    if (classified.drop === undefined) record.note({ t: 'arrived', key: classified.key, envelopeId });
  },
  acknowledged({ envelopeId }, how) {
    if (how !== 'lost') record.note({ t: 'answered', envelopeId });
    // Those of one turn of the event loop leave together, at its end.
    setImmediate(() => fuse.taken('after acknowledgement'));
  },
});
path.delivery.events.subscribe((event) => {
  if (event.t === 'recovered_unconfirmed') record.note({ t: 'recovered', key: event.row.key });
});
if (plan.checkpoints) {
  await startCheckpoints(journal);
  record.note({ t: 'checkpoints' });
}
killInRequests();
await path.start();

process.on('message', () => {
  void path.delivery
    .stats()
    .then(({ waiting, dead }) => process.send?.({ waiting, dead } satisfies ChildState));
});
process.send?.('ready');
process.once('SIGTERM', () => void stop());

async function stop(): Promise<void> {
  await path.stop();
  record.close();
  process.exit(0);
}

/** Whether no other process came here before. */
function isFirst(file: string): boolean {
  try {
    closeSync(openSync(file, 'wx'));
    return true;
  } catch {
    return false;
  }
}

function openJournalOf({ folder, shared }: ChildPlan): Promise<JournalDatabase> {
  if (shared === undefined)
    return openSqliteJournal({ path: `${folder}/journal.sqlite`, maxBytes: MAX_BYTES });
  return openSharedJournal(shared);
}

async function openSharedJournal({ url, name, leftOut }: SharedPlan): Promise<JournalDatabase> {
  if (leftOut === 'adoption') Claims.prototype.look = () => [];
  const opened = await openPostgresJournal({
    url,
    maxBytes: MAX_BYTES,
    clock: systemClock,
    name,
    version: 'test',
  });
  if (leftOut !== 'fencing') return opened;
  const { membership } = opened.cluster;
  const unfenced: Membership = Object.assign(Object.create(membership) as Membership, {
    holdsLease: () => true,
    holds: () => true,
    lapsed: new Channel<undefined>(),
  });
  return { ...opened, cluster: { ...opened.cluster, membership: unfenced } };
}

function deadlyJournal(inner: JournalDatabase): JournalDatabase {
  return {
    ...inner,
    async append(rows) {
      fuse.taken('before append', rows.length);
      record.note({ t: 'append', rows: rows.map((row) => ({ key: row.key, lane: laneOf(row) })) });
      const appending = inner.append(rows);
      fuse.taken('during append', rows.length);
      const results = await appending;
      record.note({ t: 'appended', results });
      fuse.taken('after append', rows.length);
      return results;
    },
    async settle(owner, now, settlements) {
      const delivered = settlements.filter(({ t }) => t === 'delivered').length;
      fuse.taken('before settle', delivered);
      const settling = inner.settle(owner, now, settlements);
      fuse.taken('during settle', delivered);
      const results = await settling;
      fuse.taken('after settle', delivered);
      return results;
    },
  };
}

function laneOf({ urgent, conversation }: NewRow): string {
  return `${urgent ? 'urgent' : 'events'} ${conversation}`;
}

function deadlySink(inner: EventSink): EventSink {
  return {
    prepare(row) {
      const send = inner.prepare(row);
      return async (signal) => {
        record.note({ t: 'begun', key: row.key });
        fuse.taken('dispatch begins');
        const outcome = await send(signal);
        record.note({ t: 'ended', key: row.key, outcome: outcome.t });
        return outcome;
      };
    },
    async find(row, signal) {
      const sighting = await inner.find(row, signal);
      record.note({ t: 'sought', key: row.key, found: sighting.t !== 'absent' });
      return sighting;
    },
    fateOf: (taken, signal) => inner.fateOf(taken, signal),
  };
}

/** The HTTP client tells of its requests by Node's diagnostics channels. */
function killInRequests(): void {
  const isDispatch = (message: unknown): boolean =>
    (message as { request: { path: string } }).request.path.endsWith('/Dispatch');
  subscribe('undici:request:bodySent', (message) => {
    if (isDispatch(message)) fuse.taken('request sent');
  });
  subscribe('undici:request:headers', (message) => {
    if (isDispatch(message)) fuse.taken('answer not read');
  });
}

/** Asks the journal, which must be this process's only one with a thread, until its checkpointing thread runs. */
async function startCheckpoints(journal: Journal): Promise<void> {
  const now = systemClock.now();
  await Promise.all(Array.from({ length: REQUESTS }, () => journal.probe(now)));
  await eventually(() => threadsOfThreads() > 0, 'the checkpointing thread runs', WITHIN_MS);
}

interface ThreadReport {
  readonly workers: readonly ThreadReport[];
}

/** The journal's thread starts the other one, so that it is not among this thread's own. */
function threadsOfThreads(): number {
  const { workers } = process.report.getReport() as unknown as ThreadReport;
  return workers.reduce((count, worker) => count + worker.workers.length, 0);
}
