import { Gauge, type Registry } from 'prom-client';
import { byApp } from './bounded-labels.js';

/** What is looked up rather than counted. Sizes are bytes, numbers by app those of confirmed apps. */
export interface Gauges {
  readonly waiting: number;
  readonly dead: number;
  readonly inFlight: number;
  readonly concurrency: number;
  /** Seconds; 0 if nothing waits. */
  readonly oldestWaiting: number;
  readonly journalBytes: number;
  readonly journalUsedBytes: number;
  readonly journalMaxBytes: number;
  readonly diskFreeBytes: number | undefined;
  /** Live sockets of this process by app, and how many there should be over all processes. */
  readonly sockets: ReadonlyMap<string, number>;
  readonly socketsWanted: ReadonlyMap<string, number>;
  readonly waitingByApp: ReadonlyMap<string, number>;
  readonly deadByApp: ReadonlyMap<string, number>;
  /** Connections by status code. */
  readonly connections: ReadonlyMap<string, number>;
  readonly replicas: ReadonlyMap<string, number>;
}

type Show<Label extends string> = (gauge: Gauge<Label>, now: Gauges) => void;

/** Shows them at each scrape, as they are then. */
export function showGauges(registry: Registry, gauges: () => Promise<Gauges>): void {
  // All gauges are collected at each scrape, at the same time: they share one look. What cannot be looked up, because
  // the journal fails perhaps, is left out, and the counters are shown all the same.
  let looking: Promise<Gauges | undefined> | undefined;
  const look = (): Promise<Gauges | undefined> => {
    looking ??= gauges()
      .catch(() => undefined)
      .finally(() => (looking = undefined));
    return looking;
  };
  const add = <Label extends string>(
    about: { readonly name: string; readonly help: string; readonly labelNames?: Label[] },
    show: Show<Label>,
  ): Gauge<Label> =>
    new Gauge({
      ...about,
      registers: [registry],
      async collect() {
        const now = await look();
        this.reset();
        this.remove({});
        if (now !== undefined) show(this, now);
      },
    });
  const addOne = (name: string, help: string, pick: (now: Gauges) => number | undefined): Gauge =>
    add({ name, help }, (gauge, now) => {
      const value = pick(now);
      if (value !== undefined) gauge.set(value);
    });
  const addByApp = (
    name: string,
    help: string,
    pick: (now: Gauges) => ReadonlyMap<string, number>,
  ): Gauge<'app'> =>
    add({ name, help, labelNames: ['app'] }, (gauge, now) => {
      for (const [app, value] of byApp(pick(now))) gauge.set({ app }, value);
    });
  add(
    { name: 'ak_slack_journal_rows', help: 'Events in the journal by state.', labelNames: ['state'] },
    (gauge, { waiting, dead, inFlight }) => {
      gauge.set({ state: 'waiting' }, waiting);
      gauge.set({ state: 'dead' }, dead);
      gauge.set({ state: 'in_flight' }, inFlight);
    },
  );
  addOne(
    'ak_slack_oldest_waiting_seconds',
    'Since the oldest event that is not delivered was received; 0 if none waits.',
    (now) => now.oldestWaiting,
  );
  addByApp('ak_slack_waiting', 'Events that wait, by app.', (now) => now.waitingByApp);
  addByApp('ak_slack_dead_letters', 'Dead letters by app.', (now) => now.deadByApp);
  addOne('ak_slack_journal_bytes', 'Size of the journal on its disk.', (now) => now.journalBytes);
  addOne(
    'ak_slack_journal_used_bytes',
    'Bytes of the journal that are in use.',
    (now) => now.journalUsedBytes,
  );
  addOne(
    'ak_slack_journal_max_bytes',
    'Bytes of the journal that may be in use: JOURNAL_MAX_BYTES.',
    (now) => now.journalMaxBytes,
  );
  addOne(
    'ak_slack_journal_disk_free_bytes',
    'Bytes that are free on the disk of the journal; absent for PostgreSQL.',
    (now) => now.diskFreeBytes,
  );
  addOne(
    'ak_slack_dispatch_concurrency',
    'Current limit of concurrent dispatches.',
    (now) => now.concurrency,
  );
  addByApp('ak_slack_sockets_live', 'Live sockets of this process by app.', (now) => now.sockets);
  addByApp(
    'ak_slack_sockets_wanted',
    'Sockets that an app should have, over all processes, by app.',
    (now) => now.socketsWanted,
  );
  add(
    { name: 'ak_slack_connections', help: 'Connections by status.', labelNames: ['status'] },
    (gauge, { connections }) => {
      for (const status of STATUSES) gauge.set({ status }, 0);
      for (const [status, count] of connections) gauge.set({ status }, count);
    },
  );
  add(
    { name: 'ak_slack_replicas', help: 'Processes that share the journal, by state.', labelNames: ['state'] },
    (gauge, { replicas }) => {
      for (const [state, count] of replicas) gauge.set({ state }, count);
    },
  );
}

const STATUSES = ['ok', 'warning', 'error', 'init_required'] as const;
