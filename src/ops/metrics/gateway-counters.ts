import { STATUS_CODES } from 'node:http';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Channel } from '../../core/channel.js';
import {
  GATEWAY_ROUTES,
  WEBSOCKET_ENDS,
  WEBSOCKET_RESULTS,
  type GatewayAnswer,
  type WebSocketStep,
} from '../../http/gateway-answer.js';
import { OTHER } from './bounded-labels.js';
import { BUCKETS } from './buckets.js';

/** Counts requests by what became of them, and how long they took. */
export function countGateway(registry: Registry, answers: Channel<GatewayAnswer>): void {
  const registers = [registry];
  const total = new Counter({
    name: 'ak_slack_gateway_requests_total',
    help: 'Requests at the gateway by what became of them and by status; `other` where the client left first.',
    labelNames: ['route', 'code'],
    registers,
  });
  const seconds = new Histogram({
    name: 'ak_slack_gateway_request_seconds',
    help: 'From the head of a request at the gateway until its answer was sent.',
    labelNames: ['route'],
    buckets: BUCKETS,
    registers,
  });
  for (const route of GATEWAY_ROUTES) {
    total.inc({ route, code: '200' }, 0);
    seconds.zero({ route });
  }
  answers.subscribe(({ route, status, ms }) => {
    total.inc({ route, code: status in STATUS_CODES ? String(status) : OTHER });
    seconds.observe({ route }, ms / 1000);
  });
}

/** Counts WebSockets by result and end, and those that are open. */
export function countWebSockets(registry: Registry, steps: Channel<WebSocketStep>): void {
  const registers = [registry];
  const open = new Gauge({
    name: 'ak_slack_gateway_websockets',
    help: 'WebSockets that are open through the gateway.',
    registers,
  });
  const total = new Counter({
    name: 'ak_slack_gateway_websocket_requests_total',
    help: 'Requests for a WebSocket at the gateway by result: opened, refused by AutoKitteh, AutoKitteh unreachable, or the client left.',
    labelNames: ['result'],
    registers,
  });
  for (const result of WEBSOCKET_RESULTS) total.inc({ result }, 0);
  const ended = new Counter({
    name: 'ak_slack_gateway_websockets_ended_total',
    help: 'WebSockets that ended: closed by a side, or broken, as by a stop of the gateway.',
    labelNames: ['how'],
    registers,
  });
  for (const how of WEBSOCKET_ENDS) ended.inc({ how }, 0);
  steps.subscribe((step) => {
    if (step.t === 'opened') open.inc();
    if (step.t !== 'ended') {
      total.inc({ result: step.t });
      return;
    }
    open.dec();
    ended.inc({ how: step.how });
  });
}
