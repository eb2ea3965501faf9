import type { ServerResponse } from 'node:http';

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
