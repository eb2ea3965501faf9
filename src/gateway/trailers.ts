import type { IncomingMessage } from 'node:http';

const BODILESS: ReadonlySet<number | undefined> = new Set([204, 304]);

/** Whether trailers can follow this answer to this client: they need a chunked body. */
export function canTrail(request: IncomingMessage, { headers, statusCode }: IncomingMessage): boolean {
  if (headers['transfer-encoding'] === undefined) return false;
  return request.method !== 'HEAD' && request.httpVersion !== '1.0' && !BODILESS.has(statusCode);
}

/**
 * Takes back the announcement of trailers. AutoKitteh makes it with every answer, whether or not the answer can have
 * any; Node throws over one that it cannot keep.
 */
export function unannounce({ headers }: IncomingMessage): void {
  if (headers.trailer !== undefined) headers.trailer = undefined;
}
