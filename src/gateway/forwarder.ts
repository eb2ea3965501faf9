import {
  Agent as HttpAgent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  ServerResponse,
} from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { createProxyServer, type ProxyServerOptions } from 'httpxy';
import { errorMessage, PluginError } from '../core/errors.js';
import { addForwarded, prepareRequest, prepareResponse } from './headers.js';
import { canTrail, unannounce } from './trailers.js';
import { answerUnreachable } from './unreachable.js';

/** A whole answer of the server, before it goes to the client. */
export interface WholeResponse {
  readonly status: number;
  readonly statusMessage: string;
  readonly headers: IncomingHttpHeaders;
  readonly trailers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** Passes requests on to the server. */
export interface Forwarder {
  /** Streams both ways; `body` replaces one that was read already, `answered` is told the status. */
  forward(request: IncomingMessage, response: ServerResponse, options?: ForwardOptions): void;
  /** Reads the whole answer instead of passing it on; rejects with `server_unavailable`, or `cancelled` by the client. */
  exchange(request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<WholeResponse>;
  /** Tunnels a WebSocket. */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void;
  close(): void;
}

export interface ForwardOptions {
  readonly body?: Buffer;
  readonly answered?: (status: number) => void;
}

// The longest answers that are read whole: all integrations with their functions.
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** As many bytes of headers as a request or an answer may have; AutoKitteh's postinit carries variables in its URL. */
export const MAX_HEADER_BYTES = 64 * 1024;

/** Who has to be told what becomes of a request, besides its client. */
interface Watcher {
  readonly answered?: (status: number) => void;
  readonly take?: (answer: IncomingMessage) => void;
  readonly failed?: (error: unknown) => void;
}

export function createForwarder(upstream: string): Forwarder {
  const target = new URL(upstream);
  const https = target.protocol === 'https:';
  const hostname = target.hostname.replace(/^\[(.*)\]$/, '$1');
  // As many connections as clients need; those that are free are kept for the next.
  const agent = new (https ? HttpsAgent : HttpAgent)({ keepAlive: true, maxFreeSockets: 256 });
  const proxy = createProxyServer({
    agent,
    target: { protocol: target.protocol, hostname, port: target.port, pathname: target.pathname },
    // A server that is reached by TLS is chosen by its name; any other is given the name that the client used.
    changeOrigin: https,
    ssl: { maxHeaderSize: MAX_HEADER_BYTES, ...(https ? { servername: hostname } : {}) },
  });
  const watchers = new WeakMap<IncomingMessage, Watcher>();

  proxy.on('proxyRes', (answer, request, response) => {
    const watcher = watchers.get(request);
    watcher?.answered?.(answer.statusCode ?? 502);
    const trailing = canTrail(request, answer);
    if (!trailing) unannounce(answer);
    if (watcher?.take !== undefined) {
      watcher.take(answer);
      return;
    }
    prepareResponse(answer.headers);
    if (!trailing) return;
    // Before the library's own listener, which ends the response.
    answer.once('end', () => {
      if (answer.rawTrailers.length > 0) response.addTrailers(trailersOf(answer));
    });
  });
  proxy.on('error', (error, request, response) => {
    const watcher = request === undefined ? undefined : watchers.get(request);
    if (watcher?.failed !== undefined) watcher.failed(error);
    else if (request !== undefined && response instanceof ServerResponse) {
      answerUnreachable(request, response, error);
    } else response?.destroy();
  });

  // Options of a single request cost the library more than all that is done here, so most have none.
  function send(request: IncomingMessage, response: ServerResponse, how?: ProxyServerOptions): void {
    prepareRequest(request);
    proxy.web(request, response, how).catch(() => response.destroy());
  }

  function withBody(request: IncomingMessage, body: Buffer, how?: ProxyServerOptions): ProxyServerOptions {
    delete request.headers['transfer-encoding'];
    request.headers['content-length'] = String(body.length);
    return { ...how, buffer: Readable.from([body], { objectMode: false }) };
  }

  return {
    forward(request, response, { body, answered } = {}) {
      if (answered !== undefined) watchers.set(request, { answered });
      send(request, response, body === undefined ? undefined : withBody(request, body));
    },
    exchange(request, response, body) {
      return new Promise((resolve, reject) => {
        response.once('close', () => reject(new PluginError('cancelled', 'the client went away')));
        const failed = (cause: unknown): void => {
          reject(new PluginError('server_unavailable', errorMessage(cause), { cause }));
        };
        const take = (answer: IncomingMessage): void => {
          readAnswer(answer).then(resolve, failed);
        };
        watchers.set(request, { take, failed });
        send(request, response, withBody(request, body, { selfHandleResponse: true }));
      });
    },
    upgrade(request, socket, head) {
      addForwarded(request);
      proxy.ws(request, socket, {}, head).catch(() => socket.destroy());
    },
    close: () => agent.destroy(),
  };
}

async function readAnswer(answer: IncomingMessage): Promise<WholeResponse> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new Error(`its answer is longer than ${MAX_ANSWER_BYTES} bytes`);
  }
  prepareResponse(answer.headers);
  const { statusCode = 502, statusMessage = '', headers } = answer;
  return {
    status: statusCode,
    statusMessage,
    headers,
    trailers: trailersOf(answer),
    body: Buffer.concat(chunks),
  };
}

/** Passes on an answer that was read, unchanged or with another body. */
export function sendAnswer(
  response: ServerResponse,
  answer: WholeResponse,
  body?: string | Uint8Array,
): void {
  const headers: Record<string, string | string[] | undefined> = { ...answer.headers };
  const replaced = body !== undefined;
  for (const name of ['transfer-encoding', ...(replaced ? ['content-encoding', 'trailer', 'etag'] : [])]) {
    Reflect.deleteProperty(headers, name);
  }
  if (replaced) headers['content-length'] = String(Buffer.byteLength(body));
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) response.setHeader(name, value);
  response.writeHead(answer.status, answer.statusMessage);
  if (!replaced && Object.keys(answer.trailers).length > 0) response.addTrailers(answer.trailers);
  response.end(body ?? answer.body);
}

function trailersOf(answer: IncomingMessage): Record<string, string> {
  const trailers: Record<string, string> = {};
  for (const [name, value] of Object.entries(answer.trailers))
    if (value !== undefined) trailers[name] = value;
  return trailers;
}
