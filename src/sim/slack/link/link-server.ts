import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws';
import type { JsonObject } from '../../../core/json.js';
import type { AppRecord } from '../directory/apps.js';
import type { DialFault, HelloFault, LinkOccasion } from '../faults/kinds.js';
import type { FaultScript } from '../faults/script.js';
import { Line } from './line.js';
import { LinkSocket, type LinkSocketPorts } from './link-socket.js';
import { SOCKETS_PER_APP, type Registry } from './registry.js';
import type { Ticket, Tickets } from './tickets.js';

export interface LinkServerOptions extends Omit<LinkSocketPorts, 'onGone'> {
  /** Milliseconds a socket lives, as hello announces; at the end Slack warns and closes. */
  readonly lifetime: number;
  readonly tickets: Tickets;
  readonly registry: Registry;
  readonly app: (id: string) => AppRecord | undefined;
  readonly dialFaults: FaultScript<DialFault, LinkOccasion>;
  readonly helloFaults: FaultScript<HelloFault, LinkOccasion>;
  /** A socket was upgraded; nothing was said yet. */
  readonly onSocket: (socket: LinkSocket) => void;
}

/** The WebSocket side: upgrades, hello, and the end of all. */
export interface LinkServer {
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void;
  stop(): void;
}

/** With `debug_reconnects=true` in its URL, a socket lives this long (Slack: Socket Mode, testing refreshes). */
const DEBUG_LIFETIME = 360_000;
/** `ws` would end a closing connection by a timer of its own; Slack does not. */
const NEVER = 2_147_483_647;
const HOSTS = 5;
/** What a client may send at most; no limit of Slack's is known. */
const LONGEST_MESSAGE = 32 * 1024 * 1024;

const SERVER_OPTIONS: ServerOptions & { closeTimeout: number } = {
  noServer: true,
  clientTracking: false,
  autoPong: false,
  closeTimeout: NEVER,
  maxPayload: LONGEST_MESSAGE,
  // What is packed is said for each message.
  perMessageDeflate: true,
};

export function createLinkServer(options: LinkServerOptions): LinkServer {
  const server = new WebSocketServer(SERVER_OPTIONS);
  const sockets = new Set<LinkSocket>();
  const refused = new Set<Socket>();
  let dialled = 0;

  const serve = (ws: WebSocket, raw: Socket, ticket: Ticket, lifetime: number): void => {
    dialled += 1;
    const line = new Line(raw, options.clock, {
      onHandshake: () => socket.handshakeEnded(),
      onFin: () => socket.dropped(),
    });
    const host = `applink-${(dialled % HOSTS) + 1}`;
    const socket = new LinkSocket(`s${dialled}`, ticket.appId, ticket.token, host, ws, line, {
      ...options,
      onGone: (gone) => options.registry.remove(gone),
    });
    sockets.add(socket);
    options.onSocket(socket);
    ws.once('close', () => sockets.delete(socket));
    greet(socket, ticket, lifetime);
  };

  const greet = (socket: LinkSocket, ticket: Ticket, lifetime: number): void => {
    const fault = options.helloFaults.take(ticket);
    switch (fault?.t) {
      case undefined: {
        sayHello(socket, lifetime);
        return;
      }
      case 'hang':
        return;
      case 'slow':
        options.clock.setTimer(fault.delay, () => {
          if (socket.state.t === 'dialled') sayHello(socket, lifetime);
        });
        return;
      case 'garbage': {
        socket.sendText(fault.text ?? 'not JSON {');
        return;
      }
      case 'disconnect': {
        socket.disconnect(fault.reason, 0);
        return;
      }
      case 'close': {
        socket.close(fault.code);
        return;
      }
      case 'reset': {
        socket.reset();
        return;
      }
    }
  };

  const sayHello = (socket: LinkSocket, lifetime: number): void => {
    if (options.app(socket.appId)?.socketMode !== true) {
      socket.disconnect('link_disabled', 0);
      return;
    }
    if (options.registry.isFull(socket.appId)) {
      socket.disconnect('too_many_websockets', 0, {
        num_connections: SOCKETS_PER_APP,
        connection_info: { app_id: socket.appId },
      });
      return;
    }
    options.registry.add(socket);
    socket.open(hello(socket, options.registry.count(socket.appId), lifetime), lifetime);
  };

  return {
    upgrade(request, raw, head) {
      raw.on('error', () => undefined);
      const url = new URL(request.url ?? '/', 'http://slack.invalid');
      const ticket = options.tickets.redeem(url.searchParams.get('ticket') ?? '');
      if (url.pathname !== '/link/' || ticket === undefined) {
        refuse(raw, 409);
        return;
      }
      const fault = options.dialFaults.take(ticket);
      if (fault?.t === 'refuse') {
        refuse(raw, fault.status);
        return;
      }
      if (fault?.t === 'reset') return void raw.resetAndDestroy();
      if (fault?.t === 'hang') {
        refused.add(raw);
        raw.once('close', () => refused.delete(raw));
        raw.once('end', () => raw.end());
        raw.resume();
        return;
      }
      const lifetime =
        url.searchParams.get('debug_reconnects') === 'true' ? DEBUG_LIFETIME : options.lifetime;
      server.handleUpgrade(request, raw, head, (ws) => serve(ws, raw, ticket, lifetime));
    },
    stop() {
      for (const socket of sockets) socket.destroy('the scripted Slack stopped');
      for (const socket of refused) socket.destroy();
      server.close();
    },
  };
}

function hello(socket: LinkSocket, connections: number, lifetime: number): JsonObject {
  return {
    type: 'hello',
    num_connections: connections,
    debug_info: {
      host: socket.host,
      build_number: 142,
      approximate_connection_time: Math.round(lifetime / 1000),
    },
    connection_info: { app_id: socket.appId },
  };
}

function refuse(socket: Socket, status: number): void {
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n`,
  );
}
