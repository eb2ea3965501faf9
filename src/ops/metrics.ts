import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Channel } from '../core/channel.js';
import { CONDITIONS, type Health } from '../core/health.js';
import type { ProcessFault } from '../core/process-end.js';
import type { DeliveryEvent } from '../delivery/events.js';
import type { PortRefusal } from '../http/refusals.js';
import type { SocketEvent } from '../slack/socket-event.js';
import type { ReceiverEvent } from '../pipeline/receiver.js';

export interface MetricsSources {
  readonly delivery: Channel<DeliveryEvent>;
  readonly sockets: Channel<SocketEvent>;
  readonly receiver: Channel<ReceiverEvent>;
  readonly faults: Channel<ProcessFault>;
  readonly health: Health;
  readonly refusals: Channel<PortRefusal>;
  /** Asked at each scrape. */
  readonly gauges: () => Promise<Gauges>;
}

/** What is looked up rather than counted. */
export interface Gauges {
  readonly waiting: number;
  readonly dead: number;
  readonly inFlight: number;
  readonly concurrency: number;
  readonly journalBytes: number;
  /** Live sockets by app. */
  readonly sockets: ReadonlyMap<string, number>;
  /** Connections by status code. */
  readonly connections: ReadonlyMap<string, number>;
}

// Seconds; Slack's limit for an acknowledgement is 3.
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 10, 60, 600];

/** Counts what the parts report, for Prometheus. Label values are closed sets and app ids, never user data. */
export function createMetrics(sources: MetricsSources): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  countDelivery(registry, sources.delivery);
  countSockets(registry, sources.sockets);
  countReceived(registry, sources.receiver);
  countFaults(registry, sources.faults);
  countRefusals(registry, sources.refusals);
  showConditions(registry, sources.health);
  lookUp(registry, sources.gauges);
  return registry;
}

function countDelivery(registry: Registry, events: Channel<DeliveryEvent>): void {
  const registers = [registry];
  const total = new Counter({
    name: 'ak_slack_delivery_events_total',
    help: 'What happened to events between Slack and AutoKitteh, by step.',
    labelNames: ['step'],
    registers,
  });
  const acknowledged = new Histogram({
    name: 'ak_slack_acknowledgement_seconds',
    help: 'From the arrival of a frame to its acknowledgement.',
    buckets: BUCKETS,
    registers,
  });
  const dispatch = new Histogram({
    name: 'ak_slack_dispatch_seconds',
    help: "Duration of AutoKitteh's Dispatch.",
    buckets: BUCKETS,
    registers,
  });
  const waited = new Histogram({
    name: 'ak_slack_delivery_seconds',
    help: 'From the arrival of a frame until AutoKitteh had the event.',
    buckets: BUCKETS,
    registers,
  });
  events.subscribe((event) => {
    total.inc({ step: event.t });
    if (event.t === 'acknowledged') acknowledged.observe(event.ms / 1000);
    if (event.t === 'dispatched') {
      dispatch.observe(event.ms / 1000);
      waited.observe(event.waitedMs / 1000);
    }
  });
}

function countSockets(registry: Registry, events: Channel<SocketEvent>): void {
  const registers = [registry];
  const states = new Counter({
    name: 'ak_slack_socket_states_total',
    help: 'Sockets that entered a state.',
    labelNames: ['state'],
    registers,
  });
  const dropped = new Counter({
    name: 'ak_slack_frames_dropped_total',
    help: 'Frames from Slack that were not understood, by reason.',
    labelNames: ['why'],
    registers,
  });
  const acknowledgements = new Counter({
    name: 'ak_slack_acknowledgements_total',
    help: 'Acknowledgements by route.',
    labelNames: ['how'],
    registers,
  });
  const limited = new Counter({
    name: 'ak_slack_rate_limited_total',
    help: 'Times that Slack limited the rate of apps.connections.open.',
    registers,
  });
  events.subscribe((event) => {
    if (event.t === 'socket_state') states.inc({ state: event.to });
    if (event.t === 'frame_dropped') dropped.inc({ why: event.why });
    if (event.t === 'acknowledged') acknowledgements.inc({ how: event.how });
    if (event.t === 'rate_limited') limited.inc();
  });
}

function countReceived(registry: Registry, events: Channel<ReceiverEvent>): void {
  const total = new Counter({
    name: 'ak_slack_received_total',
    help: 'Frames by decision.',
    labelNames: ['decision'],
    registers: [registry],
  });
  events.subscribe((event) => {
    total.inc({ decision: event.t === 'dropped' ? `dropped_${event.why}` : event.t });
  });
}

function countRefusals(registry: Registry, refusals: Channel<PortRefusal>): void {
  const total = new Counter({
    name: 'ak_slack_port_refusals_total',
    help: 'Connections and requests that a port refused before it read them, by reason.',
    labelNames: ['port', 'why'],
    registers: [registry],
  });
  refusals.subscribe(({ port, why }) => total.inc({ port, why }));
}

function showConditions(registry: Registry, health: Health): void {
  new Gauge({
    name: 'ak_slack_condition',
    help: '1 while a condition is healthy, 0 while it has a problem, which /ops/ describes.',
    labelNames: ['name'],
    registers: [registry],
    collect() {
      for (const name of CONDITIONS) this.set({ name }, health.problems(name).length === 0 ? 1 : 0);
    },
  });
}

function countFaults(registry: Registry, events: Channel<ProcessFault>): void {
  const total = new Counter({
    name: 'ak_slack_process_faults_total',
    help: 'Promise rejections and exceptions that no code caught; each is in the log, and is a defect.',
    labelNames: ['kind'],
    registers: [registry],
  });
  for (const kind of ['unhandled_rejection', 'uncaught_exception'] as const) total.inc({ kind }, 0);
  events.subscribe(({ t }) => total.inc({ kind: t }));
}

function lookUp(registry: Registry, gauges: () => Promise<Gauges>): void {
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
    show: (gauge: Gauge<Label>, now: Gauges) => void,
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
  add(
    { name: 'ak_slack_journal_rows', help: 'Rows of the journal by state.', labelNames: ['state'] },
    (gauge, { waiting, dead, inFlight }) => {
      gauge.set({ state: 'waiting' }, waiting);
      gauge.set({ state: 'dead' }, dead);
      gauge.set({ state: 'in_flight' }, inFlight);
    },
  );
  add(
    { name: 'ak_slack_dispatch_concurrency', help: 'Current limit of concurrent dispatches.' },
    (gauge, { concurrency }) => gauge.set(concurrency),
  );
  add({ name: 'ak_slack_journal_bytes', help: 'Size of the journal.' }, (gauge, { journalBytes }) =>
    gauge.set(journalBytes),
  );
  add(
    { name: 'ak_slack_sockets_live', help: 'Live sockets by app.', labelNames: ['app'] },
    (gauge, { sockets }) => {
      for (const [app, count] of sockets) gauge.set({ app }, count);
    },
  );
  add(
    { name: 'ak_slack_connections', help: 'Connections by status.', labelNames: ['status'] },
    (gauge, { connections }) => {
      for (const [status, count] of connections) gauge.set({ status }, count);
    },
  );
}
