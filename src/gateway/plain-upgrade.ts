import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

const DROPPED: ReadonlySet<string> = new Set(['upgrade', 'connection', 'http2-settings']);

/** Whether the request asks for a WebSocket, the only upgrade that is passed on. */
export function isWebSocket(request: IncomingMessage): boolean {
  return request.method === 'GET' && request.headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * Serves a request that asks for another upgrade (`h2c`, as Java's client does with every first request) as the plain
 * request that it is also: RFC 9110, 7.8 lets a server ignore Upgrade. Node has left the socket by then, so the head is
 * written again without the wish and the connection handed to the server once more.
 */
export function servePlainly(server: Server, request: IncomingMessage, socket: Socket, head: Buffer): void {
  const { method = 'GET', url = '/', httpVersion, rawHeaders } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    if (!DROPPED.has(name.toLowerCase())) lines.push(`${name}: ${value}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
}
