import { describe, expect, it } from 'vitest';
import type { ReceiverEvent } from '../../../src/pipeline/receiver.js';
import { Channel } from '../../../src/core/channel.js';
import { Health } from '../../../src/core/health.js';
import type { ProcessFault } from '../../../src/core/process-end.js';
import type { DeliveryEvent } from '../../../src/delivery/events.js';
import type { PortRefusal } from '../../../src/http/refusals.js';
import type { GatewayAnswer, WebSocketStep } from '../../../src/http/gateway-answer.js';
import type { FailedSlackCall } from '../../../src/slack/errors.js';
import type { Gauges } from '../../../src/ops/metrics/gauges.js';
import type { ExportEvent } from '../../../src/ops/otlp/ports.js';
import { createMetrics } from '../../../src/ops/metrics/metrics.js';
import type { ResponseFate } from '../../../src/pipeline/pending-responses.js';
import type { SocketEvent } from '../../../src/slack/events.js';

const ROW = { appId: 'A1', connectionId: 'con_1', key: 'Ev1', kind: 'events_api', urgent: false };

function start(gauges: Partial<Gauges> = {}) {
  const delivery = new Channel<DeliveryEvent>();
  const sockets = new Channel<SocketEvent>();
  const receiver = new Channel<ReceiverEvent>();
  const faults = new Channel<ProcessFault>();
  const responses = new Channel<ResponseFate>();
  const slackFailures = new Channel<FailedSlackCall>();
  const lookFailed = new Channel<undefined>();
  const gateway = new Channel<GatewayAnswer>();
  const webSockets = new Channel<WebSocketStep>();
  const exports = new Channel<ExportEvent>();
  const now: Gauges = {
    ...{ waiting: 0, dead: 0, inFlight: 0, concurrency: 28, oldestWaiting: 0 },
    ...{ journalBytes: 0, journalUsedBytes: 0, journalMaxBytes: 4_096, diskFreeBytes: undefined },
    ...{ sockets: new Map(), socketsWanted: new Map(), waitingByApp: new Map(), deadByApp: new Map() },
    ...{ connections: new Map(), replicas: new Map() },
    ...gauges,
  };
  const health = new Health();
  const refusals = new Channel<PortRefusal>();
  const broken = { now: false };
  const registry = createMetrics({
    ...{ version: '1.2.3', delivery, sockets, receiver, faults, health, refusals },
    ...{ responses, slackFailures, lookFailed, gateway, webSockets, exports },
    gauges: () => (broken.now ? Promise.reject(new Error('no journal')) : Promise.resolve(now)),
  });
  return {
    ...{ responses, slackFailures, lookFailed, gateway, webSockets, exports, registry },
    refusals,
    delivery,
    sockets,
    receiver,
    faults,
    broken,
    health,
    lines: async () => (await registry.metrics()).split('\n'),
  };
}

describe('The metrics', () => {
  it('The metrics count what no code caught, and say 0 before there was any', async () => {
    const { faults, lines } = start();
    expect(await lines()).toEqual(
      expect.arrayContaining([
        'ak_slack_process_faults_total{kind="unhandled_rejection"} 0',
        'ak_slack_process_faults_total{kind="uncaught_exception"} 0',
      ]),
    );
    faults.emit({ t: 'unhandled_rejection', error: new Error('a fault') });
    expect(await lines()).toContain('ak_slack_process_faults_total{kind="unhandled_rejection"} 1');
  });

  it('The metrics count the decisions about frames, and the frames that were not understood', async () => {
    const { receiver, sockets, lines } = start();
    receiver.emit({ t: 'routed', appId: 'A1', eventType: 'message', connections: 2 });
    receiver.emit({ t: 'unclaimed', appId: 'A1', eventType: 'message' });
    receiver.emit({ t: 'undecided', appId: 'A1', eventType: 'message' });
    for (const why of ['self', 'malformed'] as const) receiver.emit({ t: 'dropped', appId: 'A1', why });
    sockets.emit({ t: 'frame_dropped', appId: 'A1', socketId: 's1', why: 'not_json' });
    sockets.emit({ t: 'rate_limited', appId: 'A1', retryAfterMs: 1_000 });
    sockets.emit({ t: 'acknowledged', appId: 'A1', how: 'sent_elsewhere', afterMs: 3 });
    sockets.emit({ t: 'socket_state', appId: 'A1', socketId: 's1', from: 'dialling', to: 'live', why: '' });
    expect(await lines()).toEqual(
      expect.arrayContaining([
        'ak_slack_received_total{decision="routed"} 1',
        'ak_slack_received_total{decision="unclaimed"} 1',
        'ak_slack_received_total{decision="undecided"} 1',
        'ak_slack_received_total{decision="dropped_self"} 1',
        'ak_slack_received_total{decision="dropped_malformed"} 1',
        'ak_slack_frames_dropped_total{why="not_json"} 1',
        'ak_slack_rate_limited_total 1',
        'ak_slack_acknowledgements_total{how="sent_elsewhere"} 1',
        'ak_slack_socket_states_total{state="live"} 1',
      ]),
    );
  });

  it('The metrics count what a port refuses before it reads it', async () => {
    const { refusals, lines } = start();
    refusals.emit({ port: 'gateway', why: 'too_many_connections' });
    refusals.emit({ port: 'plugin', why: 'malformed' });
    expect(await lines()).toEqual(
      expect.arrayContaining([
        'ak_slack_port_refusals_total{port="gateway",why="too_many_connections"} 1',
        'ak_slack_port_refusals_total{port="plugin",why="malformed"} 1',
      ]),
    );
  });

  it('The metrics measure in seconds how long acknowledgement, dispatch and the whole way take', async () => {
    const { delivery, lines } = start();
    delivery.emit({ t: 'acknowledged', appId: 'A1', kind: 'events_api', key: 'Ev1', ms: 20 });
    delivery.emit({ t: 'dispatched', eventId: 'evt_1', row: ROW, attempts: 1, ms: 300, waitedMs: 2_500 });
    expect(await lines()).toEqual(
      expect.arrayContaining([
        'ak_slack_acknowledgement_seconds_sum 0.02',
        'ak_slack_dispatch_seconds_bucket{le="0.25"} 0',
        'ak_slack_dispatch_seconds_bucket{le="0.5"} 1',
        'ak_slack_delivery_seconds_bucket{le="3"} 1',
        'ak_slack_delivery_events_total{step="dispatched"} 1',
      ]),
    );
  });

  it('The metrics look up the present state at each scrape and show nothing that is gone', async () => {
    const sockets = new Map([['A1', 2]]);
    const connections = new Map([['ok', 3]]);
    const { lines } = start({ waiting: 4, dead: 1, inFlight: 2, journalBytes: 4_096, sockets, connections });
    expect(await lines()).toEqual(
      expect.arrayContaining([
        'ak_slack_journal_rows{state="waiting"} 4',
        'ak_slack_journal_rows{state="dead"} 1',
        'ak_slack_journal_rows{state="in_flight"} 2',
        'ak_slack_journal_bytes 4096',
        'ak_slack_dispatch_concurrency 28',
        'ak_slack_sockets_live{app="A1"} 2',
        'ak_slack_connections{status="ok"} 3',
      ]),
    );
    sockets.clear();
    connections.clear();
    const later = (await lines()).join('\n');
    expect(later).not.toContain('app="A1"');
    expect(later).toContain('ak_slack_connections{status="ok"} 0');
  });

  it('The metrics show for each condition whether it is well', async () => {
    const { health, lines } = start();
    health.set('apps', ['Slack app A1 gets no events: nobody knows why.']);
    const conditions = async (): Promise<string[]> =>
      (await lines()).filter((line) => line.startsWith('ak_slack_condition{'));
    expect(await conditions()).toEqual([
      'ak_slack_condition{name="rights"} 1',
      'ak_slack_condition{name="server"} 1',
      'ak_slack_condition{name="journal"} 1',
      'ak_slack_condition{name="delivery"} 1',
      'ak_slack_condition{name="apps"} 0',
    ]);
    health.set('apps', []);
    expect(await conditions()).toContain('ak_slack_condition{name="apps"} 1');
  });

  it('The metrics are shown without the values that cannot be looked up', async () => {
    const { delivery, broken, lines } = start({ waiting: 4 });
    delivery.emit({ t: 'journal_failing', code: 'journal_full', reason: 'no room' });
    await lines();
    broken.now = true;
    const shown = await lines();
    expect(shown).toContain('ak_slack_delivery_events_total{step="journal_failing"} 1');
    expect(shown.filter((line) => /^ak_slack_(journal|dispatch_concurrency)/.test(line))).toEqual([]);
    broken.now = false;
    expect(await lines()).toContain('ak_slack_journal_rows{state="waiting"} 4');
  });

  it('The metrics tell how old the backlog is, how much room there is, and what waits and is dead by app', async () => {
    const { lines } = start({
      ...{ oldestWaiting: 61.5, journalUsedBytes: 2_048, diskFreeBytes: 9_000 },
      ...{ waitingByApp: new Map([['A1', 4]]), deadByApp: new Map([['A2', 1]]) },
      ...{ socketsWanted: new Map([['A1', 2]]), replicas: new Map([['live', 3]]) },
    });
    expect(await lines()).toEqual(
      expect.arrayContaining([
        'ak_slack_oldest_waiting_seconds 61.5',
        'ak_slack_journal_used_bytes 2048',
        'ak_slack_journal_max_bytes 4096',
        'ak_slack_journal_disk_free_bytes 9000',
        'ak_slack_waiting{app="A1"} 4',
        'ak_slack_dead_letters{app="A2"} 1',
        'ak_slack_sockets_wanted{app="A1"} 2',
        'ak_slack_replicas{state="live"} 3',
        `ak_slack_build_info{version="1.2.3",node="${process.versions.node}"} 1`,
      ]),
    );
    expect((await start().lines()).join('\n')).not.toMatch(/^ak_slack_journal_disk_free_bytes \d/m);
  });

  it('The metrics count answers of workflows, failed calls of Slack, failed looks and requests at the gateway', async () => {
    const { responses, slackFailures, lookFailed, gateway, sockets, lines } = start();
    for (const fate of ['in_time', 'late', 'late', 'refused', 'none'] as const) responses.emit(fate);
    const failure = { t: 'refused', error: 'channel_not_found' } as const;
    slackFailures.emit({ method: 'chat.postMessage', failure });
    sockets.emit({ t: 'open_failed', appId: 'A1', failure: { t: 'rate_limited', retryAfterMs: 1 } });
    lookFailed.emit(undefined);
    gateway.emit({ route: 'forward', status: 502, ms: 40 });
    gateway.emit({ route: 'save', status: 0, ms: 7 });
    gateway.emit({ route: 'save', status: 799, ms: 7 });
    expect(await lines()).toEqual(
      expect.arrayContaining([
        'ak_slack_workflow_responses_total{fate="in_time"} 1',
        'ak_slack_workflow_responses_total{fate="late"} 2',
        'ak_slack_workflow_responses_total{fate="refused"} 1',
        'ak_slack_workflow_responses_total{fate="none"} 1',
        'ak_slack_slack_errors_total{method="chat.postMessage",code="channel_not_found"} 1',
        'ak_slack_slack_errors_total{method="apps.connections.open",code="ratelimited"} 1',
        'ak_slack_reconcile_failures_total 1',
        'ak_slack_gateway_requests_total{route="forward",code="502"} 1',
        'ak_slack_gateway_requests_total{route="save",code="other"} 2',
        'ak_slack_gateway_request_seconds_sum{route="forward"} 0.04',
      ]),
    );
  });

  it('The metrics count WebSockets at the gateway by result and end, and tell how many are open', async () => {
    const { webSockets, lines } = start();
    for (const t of ['opened', 'opened', 'refused', 'left'] as const) webSockets.emit({ t });
    webSockets.emit({ t: 'ended', how: 'broken' });
    expect(await lines()).toEqual(
      expect.arrayContaining([
        'ak_slack_gateway_websockets 1',
        'ak_slack_gateway_websocket_requests_total{result="opened"} 2',
        'ak_slack_gateway_websocket_requests_total{result="refused"} 1',
        'ak_slack_gateway_websocket_requests_total{result="unreachable"} 0',
        'ak_slack_gateway_websocket_requests_total{result="left"} 1',
        'ak_slack_gateway_websockets_ended_total{how="broken"} 1',
        'ak_slack_gateway_websockets_ended_total{how="closed"} 0',
      ]),
    );
  });

  it('The metrics count what is sent to a collector, and the spans that it did not get', async () => {
    const { exports, lines } = start();
    for (const t of ['exported', 'exported', 'failed'] as const) exports.emit({ t, signal: 'traces' });
    exports.emit({ t: 'spans_lost', why: 'queue_full', count: 4 });
    expect(await lines()).toEqual(
      expect.arrayContaining([
        'ak_slack_otlp_exports_total{signal="traces",result="ok"} 2',
        'ak_slack_otlp_exports_total{signal="traces",result="failed"} 1',
        'ak_slack_otlp_exports_total{signal="metrics",result="ok"} 0',
        'ak_slack_otlp_spans_lost_total{why="queue_full"} 4',
        'ak_slack_otlp_spans_lost_total{why="not_exported"} 0',
      ]),
    );
  });

  it('Every counter is there with 0 before anything was counted', async () => {
    const { registry, lines } = start();
    const counters = (await registry.getMetricsAsJSON()).filter(
      ({ name, type }) => name.startsWith('ak_slack_') && String(type) === 'counter',
    );
    expect(counters.length).toBeGreaterThan(9);
    const all = await lines();
    for (const { name } of counters) {
      const values = all.filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
      expect(values.length, name).toBeGreaterThan(0);
      expect(
        values.every((line) => line.endsWith(' 0')),
        name,
      ).toBe(true);
    }
  });

  it('The number of series stays small whatever a hundred thousand connections and answers name', async () => {
    const named = (of: string): Map<string, number> =>
      new Map(Array.from({ length: 100_000 }, (_, at) => [`A${of}${at}`, 1]));
    const { lines, slackFailures, sockets } = start({
      ...{ sockets: named('S'), socketsWanted: named('S'), waitingByApp: named('W'), deadByApp: named('D') },
    });
    for (let at = 0; at < 100_000; at++) {
      const failure = { t: 'refused', error: `made_up_${at}` } as const;
      slackFailures.emit({ method: `made.up${at}`, failure });
      sockets.emit({ t: 'open_failed', appId: `A${at}`, failure });
    }
    slackFailures.emit({ method: 'x"}\n', failure: { t: 'refused', error: 'Not A Code' } });
    const series = (await lines()).filter((line) => line !== '' && !line.startsWith('#'));
    const ofApps = series.filter((line) => line.includes('{app='));
    expect(ofApps.length).toBe(4 * 1_001);
    expect(ofApps).toContain('ak_slack_dead_letters{app="other"} 99000');
    expect(series.length - ofApps.length).toBeLessThan(1_000);
    expect(series.filter((line) => /made_up_99999|Not A Code/.test(line))).toEqual([]);
  });

  it('The metrics can be made several times in one process', async () => {
    start();
    expect((await start().lines()).length).toBeGreaterThan(10);
  });
});
