import type { IncomingMessage, Server } from 'node:http';
import { Socket } from 'node:net';
import type { Connections } from '../http/connections.js';
import { refuseMalformed } from '../http/malformed.js';
import { announcesBody } from './headers.js';
import { routeOf } from './routes.js';

/** Takes a connection over for a WebSocket, whose request and first bytes these are. */
export type TakeWebSocket = (request: IncomingMessage, socket: Socket, head: Buffer) => void;

const DROPPED: ReadonlySet<string> = new Set(['upgrade', 'connection', 'http2-settings']);
// What waits for nothing more from the client.
const WHOLE = { complete: true };

/**
 * Serves requests that ask for another protocol, each when the requests before it on the connection are answered. Node
 * leaves the socket to us with them, and its errors too.
 */
export function serveUpgrades(server: Server, connections: Connections, take: TakeWebSocket): void {
  server.on('upgrade', (request, socket, head) => {
    if (!(socket instanceof Socket)) {
      socket.destroy();
      return;
    }
    const onError = (): void => {
      socket.destroy();
    };
    socket.on('error', onError);
    connections.inTurn(socket, WHOLE, (done) => {
      socket.setTimeout(0).off('error', onError);
      if (isWebSocket(request)) {
        take(request, socket, head);
        return;
      }
      done();
      servePlainly(server, request, socket, head);
    });
  });
  // A tunnel to anywhere is nothing that we build.
  server.on('connect', (_request, socket) => {
    socket.on('error', () => socket.destroy());
    socket.end('HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
  });
}

/**
 * Whether the request asks for a WebSocket of the server's, the only upgrade that is passed on. One with a body is a
 * plain request, and so is one for a path that is not simply forwarded: the server would run its handler of that. A
 * malformed one is refused as a plain request.
 */
function isWebSocket(request: IncomingMessage): boolean {
  const { method = '', url = '' } = request;
  if (method !== 'GET' || announcesBody(request) || refuseMalformed(request) !== undefined) return false;
  if (!url.startsWith('/') || routeOf(method, url).t !== 'forward') return false;
  return request.headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * Serves a request that asks for another upgrade (`h2c`, as Java's client does with every first request) as the plain
 * request that it is also: RFC 9110, 7.8 lets a server ignore Upgrade. The head is written again without the wish and
 * the connection handed to the server once more.
 */
function servePlainly(server: Server, request: IncomingMessage, socket: Socket, head: Buffer): void {
  const { method = 'GET', url = '/', httpVersion, rawHeaders } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    if (!DROPPED.has(name.toLowerCase())) lines.push(`${name}: ${value}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
}
