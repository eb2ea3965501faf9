import type { IncomingMessage } from 'node:http';

/** A file of AutoKitteh's static ones. */
export const STATIC_FILE = '/static/images/slack.svg';

const CONTENT = '<svg xmlns="http://www.w3.org/2000/svg"/>';

/**
 * Answers as AutoKitteh does for its static files: with a length and, all the same, the announcement of a trailer that
 * a body of known length cannot have. Written past Node, which refuses to announce it.
 */
export function sendStaticFile({ method, socket }: IncomingMessage): void {
  const head = [
    'HTTP/1.1 200 OK',
    'Accept-Ranges: bytes',
    `Content-Length: ${CONTENT.length}`,
    'Content-Type: image/svg+xml',
    'Trailer: AutoKitteh-Duration',
    'Vary: Origin',
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${method === 'HEAD' ? '' : CONTENT}`);
}
