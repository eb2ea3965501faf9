import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';

/** A request over HTTP/1.1 or HTTP/2. */
export type DualRequest = IncomingMessage | Http2ServerRequest;

/** The answer to it. */
export type DualResponse = ServerResponse | Http2ServerResponse;

/**
 * Answers a request of either protocol. Who waits for 100 Continue before the body is sent gets it from the handler.
 */
export type DualHandler = (request: DualRequest, response: DualResponse) => void;

/** The path of an RPC, without a query. */
export function pathOf({ url = '' }: DualRequest): string {
  const [path = ''] = url.split('?', 1);
  return path;
}
