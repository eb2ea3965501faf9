import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type Http2Session,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { Clock } from '../core/clock.js';
import { listen, type Address } from '../core/listen.js';
import { Connections } from './connections.js';
import { boundedRequests, type DualHandler } from './dual-request.js';
import { stopGracefully } from './graceful-stop.js';
import { PORT_LIMITS } from './limits.js';
import type { NoteRefusal } from './refusals.js';

export interface DualServerOptions extends Address {
  readonly handler: DualHandler;
  /** As many connections at a time. */
  readonly connections: number;
  readonly refused: NoteRefusal;
  readonly clock: Clock;
  /** Where they are not those of PORT_LIMITS. */
  readonly limits?: DualServerLimits;
}

/** Milliseconds, as PORT_LIMITS explains them. */
export interface DualServerLimits {
  readonly headMs: number;
  readonly bodyMs: number;
  readonly answerIdleMs: number;
  readonly http2IdleMs: number;
}

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
  const { clock, refused } = options;
  const { headMs, bodyMs, answerIdleMs, http2IdleMs } = options.limits ?? PORT_LIMITS;
  const connections = new Connections(options.connections, () => refused('too_many_connections'));
  const take = boundedRequests(options.handler, { connections, refused, bodyMs, answerIdleMs, clock });
  const http1 = createServer({
    maxHeaderSize: PORT_LIMITS.headBytes,
    headersTimeout: headMs,
    // A body's time is counted for both protocols alike, from the head on.
    requestTimeout: 0,
    keepAliveTimeout: PORT_LIMITS.keepAliveMs,
    connectionsCheckingInterval: Math.max(100, Math.min(headMs / 2, 5_000)),
  });
  const http2 = createHttp2Server({
    settings: { maxConcurrentStreams: PORT_LIMITS.http2Streams, maxHeaderListSize: PORT_LIMITS.headBytes },
  });
  const sessions = new Map<Http2Session, Socket>();

  const onRequest1 = (request: IncomingMessage, response: ServerResponse): void =>
    take(request, response, request.socket);
  http1.on('request', onRequest1).on('checkContinue', onRequest1);
  const onRequest2 = (request: Http2ServerRequest, response: Http2ServerResponse): void => {
    const { session } = request.stream;
    const socket = session === undefined ? undefined : sessions.get(session);
    if (socket !== undefined) take(request, response, socket);
  };
  http2.on('request', onRequest2).on('checkContinue', onRequest2);
  http2.on('sessionError', () => undefined);

  const [takeHttp1] = http1.listeners('connection');
  http1.removeAllListeners('connection');
  const takeSocket = protocolSwitch({
    http1: (socket) => {
      takeHttp1?.call(http1, socket);
    },
    http2: (socket) => {
      http2.once('session', (session) => {
        sessions.set(session, socket);
        session.setTimeout(http2IdleMs, () => session.close());
        session.once('close', () => sessions.delete(session));
      });
      // The session begins within this call.
      http2.emit('connection', socket);
    },
    clock,
    limitMs: headMs,
  });
  http1.on('connection', (socket) => {
    connections.add(socket);
    if (!socket.destroyed) takeSocket(socket);
  });

  await listen(http1, options, 'PLUGIN_LISTEN');

  let stopping: Promise<void> | undefined;
  function stop(graceMs: number): Promise<void> {
    for (const session of sessions.keys()) session.close();
    return stopGracefully(http1, connections, clock, graceMs);
  }
  return {
    port: (http1.address() as AddressInfo).port,
    stop: (graceMs) => (stopping ??= stop(graceMs)),
  };
}

/** Takes over a socket whose first bytes are still to be read. */
export type TakeSocket = (socket: Socket) => void;

// RFC 9113, 3.4: every HTTP/2 connection starts with "PRI * HTTP/2.0"; no method of HTTP/1.1 starts with these four.
const PREFACE = Buffer.from('PRI ');

/**
 * Reads as much of a new connection as tells HTTP/1.1 from HTTP/2, puts it back, and hands the socket on. A peer that
 * does not say so much within `limitMs` is cut off.
 */
function protocolSwitch(options: {
  readonly http1: TakeSocket;
  readonly http2: TakeSocket;
  readonly clock: Clock;
  readonly limitMs: number;
}): TakeSocket {
  return (socket) => {
    let read: Buffer = Buffer.alloc(0);
    const timer = options.clock.setTimer(options.limitMs, () => socket.destroy());
    const onError = (): void => {
      socket.destroy();
    };
    // A peer that ends its half before that has nothing to ask.
    const onEnd = (): void => {
      socket.destroy();
    };
    const onClose = (): void => timer.cancel();
    const onReadable = (): void => {
      for (let chunk: unknown; (chunk = socket.read()) !== null;)
        read = Buffer.concat([read, chunk as Buffer]);
      const preface = PREFACE.subarray(0, read.length).equals(read.subarray(0, PREFACE.length));
      if (preface && read.length < PREFACE.length) return;
      timer.cancel();
      socket.off('readable', onReadable).off('end', onEnd).off('error', onError).off('close', onClose);
      socket.unshift(read);
      (preface ? options.http2 : options.http1)(socket);
    };
    socket.on('readable', onReadable).on('end', onEnd).on('error', onError).on('close', onClose);
  };
}
