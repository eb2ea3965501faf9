import type { IncomingMessage, ServerResponse } from 'node:http';

const CONNECT = /^application\/(json|proto|connect\+(json|proto))\b/;

/**
 * Answers for a server that cannot be reached: 502 with a sentence; for a call over the Connect protocol the sentence
 * comes as its error `unavailable`, which clients take as a reason to try again.
 */
export function answerUnreachable(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const message = `The AutoKitteh server cannot be reached${reason(error)}. Try again in a moment.`;
  const rpc = request.method === 'POST' && CONNECT.test(request.headers['content-type'] ?? '');
  const body = rpc ? JSON.stringify({ code: 'unavailable', message }) : `${message}\n`;
  response.sendDate = true;
  response.writeHead(502, 'Bad Gateway', {
    'content-type': rpc ? 'application/json' : 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    // Without these a page of another origin, such as the web UI, could not read the sentence.
    ...(request.headers.origin === undefined ? {} : { 'access-control-allow-origin': '*' }),
  });
  response.end(request.method === 'HEAD' ? undefined : Buffer.from(body));
  // Nobody reads what the client still sends.
  request.resume();
}

/** Answers a request whose body is longer than anything that is read here; the rest of it is not read. */
export function answerTooLarge(response: ServerResponse): void {
  refuse(response, 413, 'request too large');
}

/** Answers a request whose body does not come to its end. */
export function answerTooSlow(response: ServerResponse): void {
  refuse(response, 408, 'the rest of the request did not arrive in time');
}

function refuse(response: ServerResponse, status: number, sentence: string): void {
  if (response.headersSent || response.destroyed) {
    response.req.socket.destroy();
    return;
  }
  // What is still to come of the body cannot be told from the next request.
  response.shouldKeepAlive = false;
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${sentence}\n`);
  response.req.resume();
}

/** The system's code for it. Its words may hold the server's address, which is not for strangers. */
function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]*$/.test(code) ? ` (${code})` : '';
}
