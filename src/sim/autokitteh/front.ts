import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createContextValues } from '@connectrpc/connect';
import { getRequestListener } from '@hono/node-server';
import { trailDuration } from './duration-trailer.js';
import { exchangeKey, type Faults } from './faults.js';
import { callerId, callerKey, SYSTEM, type Caller } from './identity.js';
import { faultInterceptor, recordingInterceptor } from './interceptors.js';
import { readTarget } from './go-mux.js';
import { createPages } from './pages.js';
import { rpcAdapter } from './rpc-adapter.js';
import { routes } from './services.js';
import { sendStaticFile, STATIC_FILE } from './static-file.js';
import type { RequestRow } from './store.js';
import type { World } from './world.js';

/** Where nobody is asked who he is. */
const OPEN = /^(\/readyz|\/healthz|\/version|\/static\/.*|\/\.well-known\/.*)$/;
/** A path that no handler has, for those that none can have. */
const NO_HANDLER = '/no/handler';
const WEBHOOKS = /^\/slack\/(event|command|interaction)$/;

/** The port of the stand-in: CORS, identity, then services and pages. It can go away and come back on the same port. */
export class Front {
  readonly #world: World;
  readonly #faults: Faults;
  readonly #handle: (request: IncomingMessage, response: ServerResponse) => void;
  readonly #callers = new WeakMap<IncomingMessage, Caller>();
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port: number;

  constructor(world: World, faults: Faults, port: number, slackApiUrl: string) {
    this.#world = world;
    this.#faults = faults;
    this.#port = port;
    const callerOf = (request: IncomingMessage): Caller =>
      this.#callers.get(request) ?? { t: 'user', userId: '' };
    const pages = createPages(world, callerOf, faults, slackApiUrl);
    const servePage = getRequestListener(pages.fetch, { overrideGlobalObjects: false });
    this.#handle = rpcAdapter({
      routes: routes(world),
      interceptors: [recordingInterceptor(world.store), faultInterceptor(faults, world.clock)],
      contextValues: (request) =>
        createContextValues()
          .set(callerKey, callerOf(request))
          .set(exchangeKey, { cut: () => request.socket.destroy() }),
      fallback: (request, response) => void servePage(request, response),
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async open(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer((request, response) => void this.#serve(request, response));
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Refuses connections from now on, and cuts those that are open. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = readTarget(request.url ?? '/');
    if (target.t === 'malformed') {
      response.writeHead(400, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
      response.end('400 Bad Request');
      return;
    }
    if (target.t === 'unclean') {
      response.writeHead(307, { location: target.location }).end();
      return;
    }
    request.url = target.target ?? NO_HANDLER;
    const { pathname } = new URL(request.url, 'http://localhost');
    const row: RequestRow = { method: request.method ?? '', path: pathname, user: '' };
    this.#world.store.requests.push(row);
    trailDuration(request, response, this.#world.clock);
    if (this.#faults.badGateway) {
      end(response, 502, 'Bad Gateway');
      return;
    }
    if (allowOrigin(request, response)) return;
    if (pathname === STATIC_FILE && (request.method === 'GET' || request.method === 'HEAD')) {
      sendStaticFile(request);
      return;
    }
    const isOpen = OPEN.test(pathname) || (request.method === 'POST' && WEBHOOKS.test(pathname));
    const caller = isOpen ? SYSTEM : await this.#world.identity.authenticate(request.headers);
    if (caller.t === 'refused') {
      end(response, 401, caller.words);
      return;
    }
    row.user = isOpen ? '' : callerId(caller);
    this.#callers.set(request, caller);
    this.#handle(request, response);
  }
}

function end(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
  });
  response.end(`${words}\n`);
}

/** Sets what AutoKitteh allows other origins, which is everything; true when the request was a preflight. */
function allowOrigin(request: IncomingMessage, response: ServerResponse): boolean {
  const { origin } = request.headers;
  response.setHeader('vary', 'Origin');
  if (origin === undefined) return false;
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('access-control-allow-credentials', 'true');
  const method = request.headers['access-control-request-method'];
  if (request.method !== 'OPTIONS' || method === undefined) return false;
  response.setHeader('access-control-allow-methods', method);
  const wanted = request.headers['access-control-request-headers'];
  if (wanted !== undefined) response.setHeader('access-control-allow-headers', wanted);
  response.writeHead(204).end();
  return true;
}
