import { Counter, Histogram, type Registry } from 'prom-client';
import type { Channel } from '../../core/channel.js';
import type { ProcessFault } from '../../core/process-end.js';
import type { DeliveryEvent } from '../../delivery/events.js';
import type { GatewayAnswer, WebSocketStep } from '../../http/gateway-answer.js';
import type { PortRefusal } from '../../http/refusals.js';
import { RESPONSE_FATES, type ResponseFate } from '../../pipeline/pending-responses.js';
import type { ReceiverEvent } from '../../pipeline/receiver.js';
import type { ExportEvent } from '../otlp/ports.js';
import { failureCode, type FailedSlackCall } from '../../slack/errors.js';
import type { SocketEvent } from '../../slack/events.js';
import { BoundedLabels } from './bounded-labels.js';
import { BUCKETS } from './buckets.js';
import { countExports } from './export-counters.js';
import { countGateway, countWebSockets } from './gateway-counters.js';

export interface CounterSources {
  readonly delivery: Channel<DeliveryEvent>;
  readonly sockets: Channel<SocketEvent>;
  readonly receiver: Channel<ReceiverEvent>;
  readonly faults: Channel<ProcessFault>;
  readonly refusals: Channel<PortRefusal>;
  readonly responses: Channel<ResponseFate>;
  readonly slackFailures: Channel<FailedSlackCall>;
  readonly lookFailed: Channel<undefined>;
  readonly gateway: Channel<GatewayAnswer>;
  readonly webSockets: Channel<WebSocketStep>;
  readonly exports: Channel<ExportEvent>;
}

/** Counters exist from the start, with 0: an alert on their growth sees the first one, too. */
export function countAll(registry: Registry, sources: CounterSources): void {
  countDelivery(registry, sources.delivery);
  countSockets(registry, sources.sockets);
  countReceived(registry, sources.receiver);
  countFaults(registry, sources.faults);
  countRefusals(registry, sources.refusals);
  countResponses(registry, sources.responses);
  countSlackErrors(registry, sources);
  countLooks(registry, sources.lookFailed);
  countGateway(registry, sources.gateway);
  countWebSockets(registry, sources.webSockets);
  countExports(registry, sources.exports);
}

// Each is a record of all, so that one that is new cannot be forgotten here.
const STEPS: Readonly<Record<DeliveryEvent['t'], true>> = {
  ...{
    received: true,
    journaled: true,
    duplicate: true,
    rejected: true,
    over_share: true,
    acknowledged: true,
  },
  ...{
    unacknowledged: true,
    dispatched: true,
    recovered_unconfirmed: true,
    lookup_failed: true,
    retried: true,
  },
  ...{ dead: true, dead_removed: true, connection_removed: true, outage: true, passing: true },
  ...{ journal_failing: true, journal_writable: true },
};
type Of<Kind extends SocketEvent['t']> = Extract<SocketEvent, { t: Kind }>;
const STATES: Readonly<Record<Of<'socket_state'>['to'], true>> = {
  ...{
    fetching_url: true,
    dialling: true,
    awaiting_hello: true,
    live: true,
    suspect: true,
    draining: true,
    closed: true,
  },
};
const HOWS: Readonly<Record<Of<'acknowledged'>['how'], true>> = {
  sent: true,
  sent_elsewhere: true,
  lost: true,
};
const DROPPED: Readonly<Record<Of<'frame_dropped'>['why'], true>> = {
  ...{
    not_json: true,
    not_an_object: true,
    too_large: true,
    binary: true,
    no_envelope_id: true,
    no_payload: true,
  },
  ...{ unknown: true, stopping: true },
};
const REFUSALS: Readonly<Record<PortRefusal['why'], true>> = {
  ...{ too_many_connections: true, malformed: true, too_large: true, too_slow: true, unauthenticated: true },
};
type Dropped = Extract<ReceiverEvent, { t: 'dropped' }>['why'];
const DECISIONS: Readonly<Record<Exclude<ReceiverEvent['t'], 'dropped'> | `dropped_${Dropped}`, true>> = {
  ...{ routed: true, unclaimed: true, undecided: true },
  ...{ dropped_self: true, dropped_unroutable: true, dropped_malformed: true },
};

function countDelivery(registry: Registry, events: Channel<DeliveryEvent>): void {
  const registers = [registry];
  const total = new Counter({
    name: 'ak_slack_delivery_events_total',
    help: 'What happened to events between Slack and AutoKitteh, by step.',
    labelNames: ['step'],
    registers,
  });
  for (const step of Object.keys(STEPS)) total.inc({ step }, 0);
  const acknowledged = new Histogram({
    name: 'ak_slack_acknowledgement_seconds',
    help: 'From the arrival of a frame to its acknowledgement.',
    buckets: BUCKETS,
    registers,
  });
  const dispatch = new Histogram({
    name: 'ak_slack_dispatch_seconds',
    help: 'Duration of a dispatch to AutoKitteh.',
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
  for (const state of Object.keys(STATES)) states.inc({ state }, 0);
  const dropped = new Counter({
    name: 'ak_slack_frames_dropped_total',
    help: 'Frames from Slack that were not understood, by reason.',
    labelNames: ['why'],
    registers,
  });
  for (const why of Object.keys(DROPPED)) dropped.inc({ why }, 0);
  const acknowledgements = new Counter({
    name: 'ak_slack_acknowledgements_total',
    help: 'Acknowledgements by route.',
    labelNames: ['how'],
    registers,
  });
  for (const how of Object.keys(HOWS)) acknowledgements.inc({ how }, 0);
  const limited = new Counter({
    name: 'ak_slack_rate_limited_total',
    help: 'How often Slack limited the rate at which sockets are opened.',
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
  for (const decision of Object.keys(DECISIONS)) total.inc({ decision }, 0);
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
  for (const port of ['gateway', 'plugin'])
    for (const why of Object.keys(REFUSALS)) total.inc({ port, why }, 0);
  refusals.subscribe(({ port, why }) => total.inc({ port, why }));
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

function countResponses(registry: Registry, fates: Channel<ResponseFate>): void {
  const total = new Counter({
    name: 'ak_slack_workflow_responses_total',
    help: 'Responses of workflows to what Slack waits for: in time, late, refused, or none in time.',
    labelNames: ['fate'],
    registers: [registry],
  });
  for (const fate of RESPONSE_FATES) total.inc({ fate }, 0);
  fates.subscribe((fate) => total.inc({ fate }));
}

// Slack has some 300 methods and as many codes; few of either fail.
const MOST_METHODS = 100;
const MOST_CODES = 100;
const OPEN = 'apps.connections.open';

function countSlackErrors(
  registry: Registry,
  { slackFailures, sockets }: Pick<CounterSources, 'slackFailures' | 'sockets'>,
): void {
  const methods = new BoundedLabels(MOST_METHODS, /^[a-z][A-Za-z0-9]{0,31}(\.[A-Za-z0-9]{1,32}){1,3}$/);
  const codes = new BoundedLabels(MOST_CODES, /^[a-z0-9_]{1,64}$/);
  const total = new Counter({
    name: 'ak_slack_slack_errors_total',
    help: "Calls of Slack's Web API that failed, by method and by Slack's code; `unreachable` without an answer of Slack.",
    labelNames: ['method', 'code'],
    registers: [registry],
  });
  for (const code of ['ratelimited', 'unreachable'])
    total.inc({ method: methods.of(OPEN), code: codes.of(code) }, 0);
  const count = ({ method, failure }: FailedSlackCall): void =>
    total.inc({ method: methods.of(method), code: codes.of(failureCode(failure)) });
  slackFailures.subscribe(count);
  sockets.subscribe((event) => {
    if (event.t === 'open_failed') count({ method: OPEN, failure: event.failure });
  });
}

function countLooks(registry: Registry, failed: Channel<undefined>): void {
  const total = new Counter({
    name: 'ak_slack_reconcile_failures_total',
    help: 'How often AutoKitteh did not list its connections.',
    registers: [registry],
  });
  failed.subscribe(() => total.inc());
}
