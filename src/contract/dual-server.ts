import { createServer } from 'node:http';
import { createServer as createHttp2Server, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { connectNodeAdapter } from '@connectrpc/connect-node';
import type { Clock } from '../core/clock.js';
import { listen, type Address } from '../core/listen.js';
import { PORT_LIMITS } from '../http/limits.js';
import { protocolSwitch } from './protocol-switch.js';

/** Answers a request of either protocol. */
export type DualHandler = ReturnType<typeof connectNodeAdapter>;

export interface DualServerOptions extends Address {
  readonly handler: DualHandler;
  readonly clock: Clock;
  readonly limits: DualServerLimits;
}

/** Milliseconds. */
export interface DualServerLimits {
  /** From the connection's start, and from each request's, until its headers are complete. */
  readonly headersMs: number;
  /** Until a request of HTTP/1.1 is complete. */
  readonly requestMs: number;
  /** Without a byte on an HTTP/2 connection. */
  readonly idleMs: number;
}

export const DUAL_SERVER_LIMITS: DualServerLimits = { headersMs: 10_000, requestMs: 60_000, idleMs: 300_000 };

export interface DualServer {
  readonly port: number;
  /**
   * Takes no more connections, lets what is under way end within `graceMs`, then cuts it off. A second call joins the
   * first.
   */
  stop(graceMs: number): Promise<void>;
}

/**
 * HTTP/1.1 and cleartext HTTP/2 on one port: Connect, gRPC-Web and pages on the former, gRPC on the latter. The
 * listening server is node's own HTTP/1.1 server, because only a listening one enforces its time limits.
 */
export async function startDualServer(options: DualServerOptions): Promise<DualServer> {
  const { clock, limits } = options;
  const http1 = createServer(
    {
      maxHeaderSize: PORT_LIMITS.headBytes,
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: Math.max(100, Math.min(limits.headersMs / 2, 5_000)),
    },
    options.handler,
  );
  const http2 = createHttp2Server({ settings: { maxConcurrentStreams: 256 } }, options.handler);
  const sockets = new Set<Socket>();
  const sessions = new Set<ServerHttp2Session>();

  http2.on('session', (session) => {
    sessions.add(session);
    session.setTimeout(limits.idleMs, () => session.close());
    session.once('close', () => sessions.delete(session));
  });
  http2.on('sessionError', () => undefined);

  const [takeHttp1] = http1.listeners('connection');
  http1.removeAllListeners('connection');
  const take = protocolSwitch({
    http1: (socket) => {
      takeHttp1?.call(http1, socket);
    },
    http2: (socket) => {
      http2.emit('connection', socket);
    },
    clock,
    limitMs: limits.headersMs,
  });
  http1.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    take(socket);
  });

  await listen(http1, options, 'PLUGIN_LISTEN');

  let stopping: Promise<void> | undefined;
  // Closing a server spares connections that are in use; once their answer is out nobody else would close them.
  http1.on('request', (_request, response) => {
    response.once('close', () => {
      if (stopping !== undefined) http1.closeIdleConnections();
    });
  });
  function stop(graceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = clock.setTimer(graceMs, () => {
        for (const socket of sockets) socket.destroy();
      });
      http1.close(() => {
        timer.cancel();
        resolve();
      });
      for (const session of sessions) session.close();
    });
  }
  return {
    port: (http1.address() as AddressInfo).port,
    stop: (graceMs) => (stopping ??= stop(graceMs)),
  };
}
