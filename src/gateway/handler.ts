import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { isConnectionId } from '../autokitteh/ids.js';
import type { Clock } from '../core/clock.js';
import type { Log } from '../core/log.js';
import { DeleteRequestSchema, SetRequestSchema } from '../gen/autokitteh/vars/v1/vars_pb.js';
import { pathOf } from '../http/dual-request.js';
import { watchAnswer, type GatewayAnswer } from '../http/gateway-answer.js';
import { PORT_LIMITS } from '../http/limits.js';
import { sendRefusal } from '../http/malformed.js';
import type { NoteRefusal } from '../http/refusals.js';
import { isForged, senderOf, type RequestHeaders, type TrustedPages } from '../http/request-sender.js';
import { FirstBytes, readBody } from './bodies.js';
import type { Notices } from './notices.js';
import type { Forwarder } from './forwarder.js';
import { announcesBody } from './headers.js';
import { createReplacedAnswers, type ReplacedAnswersPorts } from './replaced-answers.js';
import { routeOf, type Route } from './routes.js';
import { readRequest, rpcFormat } from './rpc-body.js';
import { sendPostinitQuestion } from './postinit-question.js';
import { answerTooLarge } from './failures.js';
import { answerBySetup, type SetupHandler } from './setup-bridge.js';

/** What the gateway asks of the rest of the program, and tells it. */
export interface GatewayPorts extends ReplacedAnswersPorts {
  /** The set-up pages. */
  readonly setup: SetupHandler;
  readonly responses: {
    /** Whether a workflow may post a response to this path. */
    isOpenAt(path: string): boolean | Promise<boolean>;
  };
  /** Pages that may make a person's browser send what changes something. */
  readonly pages: TrustedPages;
  /** Is told how each request was answered. */
  readonly answered: (answer: GatewayAnswer) => void;
  readonly live: ReplacedAnswersPorts['live'] & {
    /** Something was written that may concern us: this connection's variables, or anything when none is named. */
    noticeChange(connectionId?: string): void;
  };
  readonly log: Pick<Log, 'debug' | 'warn' | 'error'>;
}

// Those of the server's own save.
const SAVE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST']);
const NO_PATH = { status: 400, sentence: 'The request names no path.', headers: {} } as const;

export interface HandlerOptions extends GatewayPorts {
  readonly clock: Clock;
  readonly notices: Notices;
  readonly refused: NoteRefusal;
  /** Milliseconds for a body that is read here. */
  readonly bodyMs: number;
}

/** Answers one request; rejects with what nobody foresaw. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | undefined;

export function createHandler(ports: HandlerOptions, forwarder: Forwarder): Handler {
  const replaced = createReplacedAnswers(ports, forwarder);

  return (request, response) => {
    const target = originForm(request);
    if (target === undefined) {
      ports.refused('malformed');
      sendRefusal(response, NO_PATH);
      return undefined;
    }
    request.url = target;
    const route = routeOf(request.method ?? '', target);
    watchAnswer(response, route.t, ports.clock, ports.answered);
    switch (route.t) {
      case 'forward':
        forwarder.forward(request, response);
        return undefined;
      case 'write':
        forwarder.forward(request, response, { answered: noticing(route.connectionId) });
        return undefined;
      case 'redirect':
        // As the server's router does it; the method and the body stay.
        plainText(response, 307, 'Temporary Redirect', { location: route.location });
        request.resume();
        return undefined;
      case 'setup':
        return pages(request, response);
      case 'save':
        return save(request, response);
      case 'variables_rpc':
        return variables(request, response, route);
      case 'descriptor_rpc':
        return replaced.descriptor(request, response, route);
      case 'status_rpc':
        return replaced.statusRpc(request, response, route.question);
      case 'postinit':
        return postinit(request, response, route);
      case 'status_page':
        return statusPage(request, response, route);
    }
  };

  function noticing(...connectionIds: readonly (string | undefined)[]): (status: number) => void {
    return (status) => {
      if (status >= 200 && status < 400) for (const id of connectionIds) ports.notices.tell(id);
    };
  }

  /** The body, or undefined when it is too large: then that is the answer. */
  async function read(
    request: IncomingMessage,
    response: ServerResponse,
    bytes: number,
  ): Promise<Buffer | undefined> {
    const body = await readBody(request, response, { bytes, ms: ports.bodyMs, clock: ports.clock });
    if (body === undefined) {
      ports.refused('too_large');
      answerTooLarge(response);
    }
    return body;
  }

  async function pages(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'POST' && (await ports.responses.isOpenAt(pathOf(request)))) {
      const body = await read(request, response, PORT_LIMITS.workflowAnswerBytes);
      if (body !== undefined) await answerBySetup(ports.setup, request, response, body);
      return;
    }
    // Anybody may ask for a page, and no page reads a body.
    if (announcesBody(request)) {
      response.shouldKeepAlive = false;
      request.resume();
    }
    await answerBySetup(ports.setup, request, response, Buffer.alloc(0));
  }

  async function save(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!SAVE_METHODS.has(request.method ?? '')) {
      plainText(response, 405, 'Method Not Allowed', { allow: [...SAVE_METHODS].join(', ') });
      request.resume();
      return;
    }
    // A form that is too large to be read here could be read otherwise by the server: it stays here.
    const body = await read(request, response, PORT_LIMITS.formBytes);
    if (body === undefined) return;
    await answerBySetup(ports.setup, request, response, body, () =>
      forwarder.forward(request, response, { body, answered: noticing(undefined) }),
    );
  }

  async function variables(
    request: IncomingMessage,
    response: ServerResponse,
    { method }: Route & { t: 'variables_rpc' },
  ): Promise<void> {
    const kept = new FirstBytes(PORT_LIMITS.keptBytes);
    const status = await new Promise<number>((answered) =>
      forwarder.forward(request, response, { kept, answered }),
    );
    if (status < 200 || status > 299) return;
    const scopes = (await scopesOf(method, request, kept)).filter(isConnectionId);
    noticing(...(scopes.length > 0 ? scopes : [undefined]))(status);
  }

  async function statusPage(
    request: IncomingMessage,
    response: ServerResponse,
    route: Route & { t: 'status_page' },
  ): Promise<void> {
    if (isForged(headersOf(request), ports.pages)) refuseForged(request, response);
    else await replaced.statusPage(request, response, route);
  }

  /** The server takes GET, and HEAD as well; our own page's button sends POST, with which browsers send `Origin`. */
  async function postinit(
    request: IncomingMessage,
    response: ServerResponse,
    { connectionId }: Route & { t: 'postinit' },
  ): Promise<void> {
    const { method = '' } = request;
    const sender = senderOf(method, headersOf(request), ports.pages);
    if (sender === 'forged') {
      refuseForged(request, response);
      return;
    }
    if (sender === 'unknown') {
      await sendPostinitQuestion(request, response, connectionId);
      return;
    }
    const posted = method === 'POST';
    if (posted) {
      request.method = 'GET';
      request.resume();
    }
    forwarder.forward(request, response, {
      answered: noticing(connectionId),
      ...(posted && { body: Buffer.alloc(0) }),
    });
  }
}

async function scopesOf(
  method: 'Set' | 'Delete',
  request: IncomingMessage,
  kept: FirstBytes,
): Promise<string[]> {
  const format = rpcFormat(request.headers);
  if (format === undefined) return [];
  if (method === 'Delete') {
    const asked = await readRequest(format, DeleteRequestSchema, request.headers, kept);
    return asked === undefined ? [] : [asked.scopeId];
  }
  const asked = await readRequest(format, SetRequestSchema, request.headers, kept);
  return [...new Set(asked?.vars.map(({ scopeId }) => scopeId))];
}

function plainText(
  response: ServerResponse,
  status: number,
  words: string,
  headers: OutgoingHttpHeaders = {},
): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers });
  response.end(`${words}\n`);
}

function refuseForged(request: IncomingMessage, response: ServerResponse): void {
  plainText(response, 403, 'this request was sent by another site');
  request.resume();
}

function headersOf({ headers }: IncomingMessage): RequestHeaders {
  return { get: (name) => headers[name]?.toString() ?? null };
}

/** The path and the query, also of a request that names the whole URL, as clients of a forward proxy do. */
function originForm({ url = '', headers }: IncomingMessage): string | undefined {
  if (url.startsWith('/')) return url;
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return undefined;
  const { host, pathname, search, username, password } = new URL(url);
  if (username !== '' || password !== '') return undefined;
  // RFC 9112, 3.2.2: the URL's authority wins over the Host header.
  headers.host = host;
  return pathname + search;
}
