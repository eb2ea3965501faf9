import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../core/clock.js';

const NAME = 'AutoKitteh-Duration';

/** Ends every answer that has a body with the HTTP trailer that AutoKitteh's answers end with. */
export function trailDuration(request: IncomingMessage, response: ServerResponse, clock: Clock): void {
  if (request.method === 'HEAD') return;
  const started = clock.monotonic();
  const writeHead = response.writeHead.bind(response);
  const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse;
  response.writeHead = ((status: number, headers: Record<string, string | string[]> = {}) => {
    const withoutLength = Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'content-length');
    if (status !== 204 && status !== 304) response.setHeader('trailer', NAME);
    return writeHead(status, Object.fromEntries(withoutLength));
  }) as typeof response.writeHead;
  response.end = ((...args: unknown[]) => {
    if (!response.headersSent) response.writeHead(response.statusCode);
    if (response.hasHeader('trailer'))
      response.addTrailers({ [NAME]: `${(clock.monotonic() - started).toFixed(3)}ms` });
    return end(...args);
  }) as typeof response.end;
}
