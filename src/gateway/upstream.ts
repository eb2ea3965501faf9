import {
  Agent as HttpAgent,
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { PORT_LIMITS } from '../http/limits.js';
import type { Duplex } from 'node:stream';
import type { Outbound } from '../core/outbound.js';
import { requestHeaders, type RequestChanges } from './headers.js';

/** Connections to the server in front of which the gateway stands. */
export interface Upstream {
  /** Begins a request with the method, the path and the headers of the client's. Throws when they cannot be sent. */
  request(incoming: IncomingMessage, changes?: RequestChanges): ClientRequest;
  close(): void;
}

export function createUpstream(url: string, outbound?: Outbound): Upstream {
  const { protocol, hostname, host, port, pathname } = new URL(url);
  const https = protocol === 'https:';
  const name = hostname.replace(/^\[(.*)\]$/, '$1');
  const base = pathname.replace(/\/$/, '');
  // Connections that are free are kept for the next request.
  const agent = new (https ? HttpsAgent : HttpAgent)({ keepAlive: true, maxFreeSockets: 256 });
  // Node's agents have no other place for a connection that somebody else makes.
  if (outbound !== undefined)
    agent.createConnection = (_: unknown, connected?: (error: Error | null, stream: Duplex) => void) => {
      const target = { protocol, hostname: name, host, port, ...(https ? { servername: name } : {}) };
      outbound.connect(target, (error, socket) => connected?.(error, socket as Duplex));
      return undefined;
    };
  // A server that is reached by TLS is chosen by its name; any other is given the name that the client used.
  const ownHost = https ? host : undefined;
  return {
    request(incoming, changes) {
      const headers = requestHeaders(
        incoming,
        ownHost === undefined ? changes : { ...changes, host: ownHost },
      );
      const options = {
        agent,
        hostname: name,
        port,
        method: incoming.method,
        path: base + (incoming.url ?? '/'),
        headers,
        maxHeaderSize: PORT_LIMITS.headBytes,
      };
      return https ? httpsRequest({ ...options, servername: name }) : httpRequest(options);
    },
    close: () => agent.destroy(),
  };
}
