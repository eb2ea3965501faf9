import type { Outbound } from '../core/outbound.js';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../core/clock.js';
import { PluginError } from '../core/errors.js';
import { Background } from '../core/lifecycle.js';
import { listen, type Address } from '../core/listen.js';
import { Connections } from '../http/connections.js';
import { stopGracefully } from '../http/graceful-stop.js';
import type { WebSocketStep } from '../http/gateway-answer.js';
import { PORT_LIMITS } from '../http/limits.js';
import { refuseMalformed, sendRefusal } from '../http/malformed.js';
import type { NoteRefusal } from '../http/refusals.js';
import { watchReader } from '../http/slow-reader.js';
import { logAccess, logUpgrade } from './access-log.js';
import { answerTooSlow, answerUnreachable } from './failures.js';
import { createForwarder } from './forwarder.js';
import { createHandler, type GatewayPorts } from './handler.js';
import { Notices } from './notices.js';
import { serveUpgrades } from './upgrades.js';

export interface GatewayOptions extends GatewayPorts {
  readonly listen: Address;
  /** The server in front of which this stands. */
  readonly upstream: string;
  /** The way to it; without one, directly. */
  readonly outbound?: Outbound | undefined;
  /** As many connections of clients at a time. */
  readonly connections: number;
  readonly refused: NoteRefusal;
  /** Is told what becomes of each WebSocket. */
  readonly webSocket: (step: WebSocketStep) => void;
  /** Milliseconds that a slow client is given, where they are not those of PORT_LIMITS. */
  readonly limits?: Record<'bodyMs' | 'uploadIdleMs' | 'answerIdleMs', number>;
  readonly clock: Clock;
  /** Whether each request is to be a line in the log. */
  readonly logsAccess: boolean;
}

export interface Gateway {
  readonly port: number;
  /** Takes no more connections, lets what is under way end within `graceMs`, then cuts it off; idempotent. */
  stop(graceMs: number): Promise<void>;
}

// Node looks for connections that are late this often.
const CHECK_MS = 5_000;

/** Starts the gateway: HTTP/1.1 in front of an unmodified server, which answers everything that is not ours. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { log } = options;
  const { bodyMs, uploadIdleMs, answerIdleMs } = options.limits ?? PORT_LIMITS;
  const forwarder = createForwarder(
    options.upstream,
    { uploadIdleMs, answerIdleMs, refused: options.refused },
    options.outbound,
  );
  const notices = new Notices(options.clock, (connectionId) => options.live.noticeChange(connectionId));
  const handle = createHandler({ ...options, notices, bodyMs }, forwarder);
  const background = new Background((name, error) => log.error({ err: error }, name));
  const connections = new Connections(options.connections, () => options.refused('too_many_connections'));
  let stopping: Promise<void> | undefined;

  const server = createServer({
    maxHeaderSize: PORT_LIMITS.headBytes,
    headersTimeout: PORT_LIMITS.headMs,
    connectionsCheckingInterval: CHECK_MS,
    // Uploads and streams may take as long as the server lets them, if only they go on.
    requestTimeout: 0,
    keepAliveTimeout: PORT_LIMITS.keepAliveMs,
  });
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    if (options.logsAccess) logAccess(log, request, response);
    // Otherwise a connection whose client does not read would keep its place for ever.
    watchReader(response, request.socket, answerIdleMs, () => {
      options.refused('too_slow');
      request.socket.destroy();
    });
    const refusal = refuseMalformed(request);
    if (refusal !== undefined) {
      options.refused('malformed');
      sendRefusal(response, refusal);
      return;
    }
    const answering = handle(request, response);
    if (answering === undefined) return;
    background.run('answer a request', () =>
      answering.catch((error: unknown) => fail(request, response, error)),
    );
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    connections.inTurn(request.socket, request, (done) => {
      response.once('close', done);
      answer(request, response);
    });
  };
  server.on('connection', (socket) => connections.add(socket));
  server.on('request', onRequest);
  server.on('checkContinue', (request, response: ServerResponse) => {
    // A body that nobody asks for may still be on its way after the answer: the next request cannot be told from it.
    response.shouldKeepAlive = false;
    onRequest(request, response);
  });
  serveUpgrades(server, connections, (request, socket, head) => {
    if (options.logsAccess) logUpgrade(log, request);
    forwarder.upgrade(request, socket, head, options.webSocket);
  });

  function fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const failure = PluginError.from(error);
    if (failure.code === 'server_unavailable') {
      answerUnreachable(request, response, failure.cause);
    } else if (failure.code === 'cancelled' || response.destroyed) {
      response.destroy();
    } else if (failure.code === 'timeout') {
      options.refused('too_slow');
      answerTooSlow(response);
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
    await stopGracefully(server, connections, options.clock, graceMs);
    await background.idle();
    notices.close();
    forwarder.close();
  }
  return {
    port: (server.address() as AddressInfo).port,
    stop: (graceMs) => (stopping ??= stop(graceMs)),
  };
}
