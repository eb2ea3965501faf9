import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { PRIVATE_CA } from './private-ca.js';

export interface ConnectProxyOptions {
  /** Of 127.0.0.1; by default any free one. */
  readonly port?: number;
  /** Is itself reached by TLS, with a certificate of the private authority in test/data. */
  readonly tls?: boolean;
  /** `name:password`; others are answered with 407. */
  readonly credentials?: string;
  /** Ports on 127.0.0.1 for names that only the proxy knows. */
  readonly hosts?: Readonly<Record<string, number>>;
}

/** A real CONNECT proxy, as at the edge of a company's network; it passes nothing else on. */
export interface ConnectProxy {
  /** With the credentials that it wants. */
  readonly url: string;
  /** Host and port. */
  readonly name: string;
  /** What was to be connected to, in the order of asking. */
  readonly asked: readonly string[];
  /** Tunnels that are open. */
  readonly tunnels: number;
  /** Answers with this status from now on, or works again; `hang` never answers. */
  answerWith(status: number | 'hang' | undefined): void;
  /** Ends all tunnels, and takes no connections any more. */
  vanish(): Promise<void>;
  /** Is there again, on the same port. */
  comeBack(): Promise<void>;
}

/** Starts one; `vanish` ends it. Rejects if the port is taken. */
export async function startConnectProxy(options: ConnectProxyOptions = {}): Promise<ConnectProxy> {
  const { credentials, hosts = {}, tls = false } = options;
  const expected =
    credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`;
  const asked: string[] = [];
  const sockets = new Set<Duplex>();
  let tunnels = 0;
  let answer: number | 'hang' | undefined;
  let { port = 0 } = options;

  const [cert, key] = [readFileSync(PRIVATE_CA.cert), readFileSync(PRIVATE_CA.key)];
  const keep = (socket: Duplex): void => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  };
  const make = () =>
    (tls ? createHttpsServer({ cert, key }) : createHttpServer())
      .on('connection', keep)
      .on('tlsClientError', () => undefined)
      .on('request', (_, response) => response.writeHead(405, { connection: 'close' }).end())
      .on('connect', (request: IncomingMessage, client: Socket, head: Buffer) => {
        const authority = request.url ?? '';
        asked.push(authority);
        keep(client);
        if (answer === 'hang') return;
        const isAllowed = expected === undefined || request.headers['proxy-authorization'] === expected;
        const status = answer ?? (isAllowed ? undefined : 407);
        if (status !== undefined) {
          client.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
          return;
        }
        const { hostname, port: number } = new URL(`tcp://${authority}`);
        const server = connect({
          host: hosts[hostname] === undefined ? hostname : '127.0.0.1',
          port: hosts[hostname] ?? Number(number),
        });
        keep(server);
        server.once('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n'));
        server.once('connect', () => {
          tunnels += 1;
          server.once('close', () => (tunnels -= 1));
          client.write('HTTP/1.1 200 Connection established\r\n\r\n');
          server.write(head);
          client.pipe(server).pipe(client);
          client.once('close', () => server.destroy());
          server.once('close', () => client.destroy());
        });
      });
  let server = make();
  const listen = (): Promise<void> =>
    new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  await listen();
  ({ port } = server.address() as AddressInfo);
  // A name, because certificates have names.
  const name = `localhost:${port}`;
  return {
    url: `http${tls ? 's' : ''}://${credentials === undefined ? '' : `${credentials}@`}${name}`,
    name,
    asked,
    get tunnels() {
      return tunnels;
    },
    answerWith(status) {
      answer = status;
    },
    async vanish() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    async comeBack() {
      server = make();
      await listen();
    },
  };
}
