import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Socket, type AddressInfo } from 'node:net';
import type { Clock, Timer } from '../core/clock.js';
import { PluginError } from '../core/errors.js';
import { Background } from '../core/lifecycle.js';
import { listen, type Address } from '../core/listen.js';
import { createForwarder } from './forwarder.js';
import { createHandler, type GatewayPorts } from './handler.js';
import { isWebSocket, servePlainly } from './plain-upgrade.js';
import { answerUnreachable } from './unreachable.js';
import { MAX_HEADER_BYTES } from './upstream.js';

export interface GatewayOptions extends GatewayPorts {
  readonly listen: Address;
  /** The server in front of which this stands. */
  readonly upstream: string;
  readonly clock: Clock;
}

export interface Gateway {
  readonly port: number;
  /** Takes no more connections, lets what is under way end within `graceMs`, then cuts it off; idempotent. */
  stop(graceMs: number): Promise<void>;
}

const HEADERS_TIMEOUT_MS = 30_000;
// Longer than Go's clients keep idle connections in their pools (90 s), so that they and not we close them.
const KEEP_ALIVE_MS = 100_000;
const IDLE_SWEEP_MS = 20;

/** Starts the gateway: HTTP/1.1 in front of an unmodified server, which answers everything that is not ours. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { log } = options;
  const forwarder = createForwarder(options.upstream);
  const handle = createHandler(options, forwarder);
  const background = new Background((name, error) => log.error({ err: error }, name));
  const sockets = new Set<Socket>();
  let stopping: Promise<void> | undefined;

  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    // Uploads and streams may take as long as the server lets them.
    requestTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
  });
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const answering = handle(request, response);
    if (answering === undefined) return;
    background.run('answer a request', () =>
      answering.catch((error: unknown) => fail(request, response, error)),
    );
  };
  server.on('request', onRequest);
  server.on('checkContinue', (request, response: ServerResponse) => {
    // A body that nobody asks for may still be on its way after the answer: the next request cannot be told from it.
    response.shouldKeepAlive = false;
    onRequest(request, response);
  });
  server.on('upgrade', (request, socket, head) => {
    if (!(socket instanceof Socket)) socket.destroy();
    else if (isWebSocket(request)) forwarder.upgrade(request, socket, head);
    else servePlainly(server, request, socket, head);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });

  function fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const failure = PluginError.from(error);
    if (failure.code === 'server_unavailable') {
      answerUnreachable(request, response, failure.cause);
    } else if (failure.code === 'cancelled' || response.destroyed) {
      response.destroy();
    } else if (failure.code === 'bad_input' && !response.headersSent) {
      response.writeHead(400, { 'content-type': 'text/plain; charset=utf-8' }).end(`${failure.message}\n`);
    } else {
      log.error({ err: error, method: request.method }, 'the gateway could not answer a request');
      if (response.headersSent) response.destroy();
      else response.writeHead(500, { 'content-type': 'text/plain' }).end('internal error\n');
    }
  }

  await listen(server, options.listen, 'GATEWAY_LISTEN');

  async function stop(graceMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    const cutOff = options.clock.setTimer(graceMs, () => {
      for (const socket of sockets) socket.destroy();
    });
    // Closing spares connections that are in use; once their answer is out nobody else would close them.
    let sweep: Timer | undefined;
    const sweepIdle = (): void => {
      server.closeIdleConnections();
      sweep = options.clock.setTimer(IDLE_SWEEP_MS, sweepIdle);
    };
    sweepIdle();
    await closed;
    sweep?.cancel();
    cutOff.cancel();
    await background.idle();
    forwarder.close();
  }
  return {
    port: (server.address() as AddressInfo).port,
    stop: (graceMs) => (stopping ??= stop(graceMs)),
  };
}
