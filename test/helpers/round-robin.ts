import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingMessage,
  type ServerResponse,
} from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** A load balancer for HTTP/1.1: each request goes to another server than the one before, on whatever connection it comes. */
export interface RoundRobin {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts one in front of the servers that `urls` names at each request. One that takes no connection is passed over. */
export async function startRoundRobin(urls: () => readonly string[], port = 0): Promise<RoundRobin> {
  let turn = 0;
  const connectToNext = async (): Promise<Socket> => {
    const all = urls();
    const first = turn++;
    for (let tries = 0; ; tries++) {
      const { hostname, port: onward } = new URL(all[(first + tries) % all.length] ?? '');
      const socket = connect(Number(onward), hostname);
      try {
        await once(socket, 'connect');
        return socket;
      } catch (error) {
        if (tries + 1 >= all.length) throw error;
      }
    }
  };
  const server = createServer((request, response) => {
    connectToNext().then(
      (socket) => forward(request, response, socket),
      () => response.writeHead(503).end('no server takes a connection'),
    );
  });
  server.on('upgrade', (request, client, head) => {
    client.on('error', () => client.destroy());
    connectToNext().then(
      (socket) => forwardUpgrade(request, client, head, socket),
      () => client.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop() {
      const stopped = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return stopped;
    },
  };
}

function forward(request: IncomingMessage, response: ServerResponse, socket: Socket): void {
  const { method, url: path } = request;
  const headers = [...ownHop(request.rawHeaders), 'connection', 'close'];
  const onward = httpRequest({ createConnection: () => socket, setHost: false, headers, method, path });
  onward.once('error', ({ message }) =>
    response.headersSent ? response.destroy() : response.writeHead(502).end(`no answer: ${message}`),
  );
  onward.once('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, ownHop(answer.rawHeaders));
    pass(answer, response);
  });
  response.once('close', () => onward.destroy());
  pass(request, onward);
}

/** Passes everything on in both directions, as it comes. */
function forwardUpgrade(request: IncomingMessage, client: Duplex, head: Buffer, socket: Socket): void {
  const { method, url, httpVersion, rawHeaders } = request;
  const lines = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? `${name}: ${rawHeaders[at + 1]}` : []));
  socket.on('error', () => socket.destroy()).on('close', () => client.destroy());
  client.on('close', () => socket.destroy());
  socket.write(`${[`${method} ${url} HTTP/${httpVersion}`, ...lines].join('\r\n')}\r\n\r\n`);
  socket.write(head);
  client.pipe(socket).pipe(client);
}

/** Passes a body on, with what follows it. A body that breaks off breaks off there, too. */
function pass(from: IncomingMessage, to: OutgoingMessage): void {
  from.once('end', () => to.addTrailers(from.trailers));
  from.once('close', () => {
    if (!from.complete) to.destroy();
  });
  from.pipe(to);
}

/** Headers without those that are about one connection only. */
function ownHop(raw: readonly string[]): string[] {
  return raw.filter((_, at) => !/^(connection|keep-alive)$/i.test(raw[at - (at % 2)] ?? ''));
}
