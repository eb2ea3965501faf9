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

/** How the gateway answered one request; a WebSocket is none. */
export interface GatewayAnswer {
  readonly route: GatewayRoute;
  /** The status of HTTP; 0 if its client left before it was answered. */
  readonly status: number;
  /** From its head until the answer was sent, or its client left; milliseconds. */
  readonly ms: number;
}

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
