import type { ServerResponse } from 'node:http';
import type { Clock } from '../core/clock.js';

/** What can become of a request at the gateway, whatever its path: src/gateway/routes.ts says what each means. */
export const GATEWAY_ROUTES = [
  'setup',
  'redirect',
  'save',
  'status_rpc',
  'status_page',
  'descriptor_rpc',
  'variables_rpc',
  'postinit',
  'write',
  'forward',
] as const;

type GatewayRoute = (typeof GATEWAY_ROUTES)[number];

/** How the gateway answered one request; a WebSocket is none: `WebSocketStep`. */
export interface GatewayAnswer {
  readonly route: GatewayRoute;
  /** The status of HTTP; 0 if its client left before it was answered. */
  readonly status: number;
  /** From its head until the answer was sent, or its client left; milliseconds. */
  readonly ms: number;
}

/** What can become of a request for a WebSocket: the server agreed, answered otherwise, was not reached; or the client left. */
export const WEBSOCKET_RESULTS = ['opened', 'refused', 'unreachable', 'left'] as const;

/** How an open WebSocket ended: one side closed its connection, or a connection broke, as by a stop of the gateway. */
export const WEBSOCKET_ENDS = ['closed', 'broken'] as const;

/** What happens to WebSockets at the gateway. Each request for one has one result, and each that was opened one end. */
export type WebSocketStep =
  | { readonly t: (typeof WEBSOCKET_RESULTS)[number] }
  | { readonly t: 'ended'; readonly how: (typeof WEBSOCKET_ENDS)[number] };

/** Tells how a request was answered, when it was. */
export function watchAnswer(
  response: ServerResponse,
  route: GatewayRoute,
  clock: Pick<Clock, 'monotonic'>,
  answered: (answer: GatewayAnswer) => void,
): void {
  const since = clock.monotonic();
  response.once('close', () => {
    const status = response.headersSent ? response.statusCode : 0;
    answered({ route, status, ms: clock.monotonic() - since });
  });
}
