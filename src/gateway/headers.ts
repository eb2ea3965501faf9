import type { IncomingMessage } from 'node:http';
import { OPS_COOKIE } from '../http/ops-cookie.js';

/** Names and values in turn, as `rawHeaders` has them: their bytes, spelling and order stay as they were sent. */
export type RawHeaders = string[];

// RFC 9110, 7.6.1, and what is in use beside it: these headers are about one connection, not about the message.
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'upgrade',
  'http2-settings',
]);
// A Connection header must not take these away: without them the message would mean something else.
const KEPT: ReadonlySet<string> = new Set(['host', 'content-length', 'transfer-encoding', 'expect']);
// RFC 9110, 8.6: without a body these methods send no Content-Length.
const BODILESS_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS']);
const BODILESS_STATUSES: ReadonlySet<number> = new Set([204, 304]);

const FRAMING: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding']);

export interface RequestChanges {
  /** The Host header, where the server is chosen by another name than the client used. */
  readonly host?: string | undefined;
  /** The length of a body that was read already. */
  readonly length?: number | undefined;
  /** Keeps the wish for a WebSocket. */
  readonly upgrade?: boolean;
  /** Names in lower case of further headers that are left out. */
  readonly without?: ReadonlySet<string>;
}

/** The headers with which a request goes on to the server. */
export function requestHeaders(request: IncomingMessage, changes: RequestChanges = {}): RawHeaders {
  const { headers, rawHeaders, socket } = request;
  const te = headers['te'];
  const passed: RawHeaders = ['Host', changes.host ?? headers.host ?? ''];
  const nominated = tokens(headers.connection);
  const length = changes.length ?? (announcesBody(request) ? undefined : 0);
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    const lower = name.toLowerCase();
    if (length !== undefined && FRAMING.has(lower)) continue;
    if (lower === 'host' || lower === 'x-forwarded-for' || isDropped(lower, nominated)) continue;
    if (changes.without?.has(lower) === true) continue;
    const value = rawHeaders[index + 1] ?? '';
    if (lower !== 'cookie' || !value.includes(OPS_COOKIE)) passed.push(name, value);
    else passed.push(...cookieHeader(name, value));
  }
  if (changes.upgrade === true) passed.push('Connection', 'Upgrade', 'Upgrade', 'websocket');
  // RFC 9110, 10.1.4: trailers pass this hop, so the client's word that it reads them does too.
  else if (typeof te === 'string' && tokens(te).includes('trailers')) passed.push('TE', 'trailers');
  if (length !== undefined && (length > 0 || !BODILESS_METHODS.has(request.method ?? '')))
    passed.push('Content-Length', String(length));
  const earlier = headers['x-forwarded-for'];
  const caller = socket.remoteAddress ?? 'unknown';
  passed.push('X-Forwarded-For', earlier === undefined ? caller : `${String(earlier)}, ${caller}`);
  // The first proxy knows the client's side; what it says goes on as it is.
  if (headers['x-forwarded-proto'] === undefined) passed.push('X-Forwarded-Proto', 'http');
  if (headers['x-forwarded-host'] === undefined) passed.push('X-Forwarded-Host', headers.host ?? '');
  if (headers['x-forwarded-port'] === undefined)
    passed.push('X-Forwarded-Port', String(socket.localPort ?? ''));
  return passed;
}

/** A cookie header without the cookie of a session on `/ops/`; nothing if there was no other. The rest stays byte for byte. */
function cookieHeader(name: string, value: string): RawHeaders {
  const cookies = value.split(';');
  const kept = cookies.filter((cookie) => cookie.split('=')[0]?.trim() !== OPS_COOKIE);
  if (kept.length === cookies.length) return [name, value];
  return kept.length === 0 ? [] : [name, kept.join(';').trimStart()];
}

/** The headers with which an answer goes on to the client of `request`; node adds those of the client's connection. */
export function responseHeaders(request: IncomingMessage, answer: IncomingMessage): RawHeaders {
  const { rawHeaders, headers, statusCode = 0 } = answer;
  const nominated = tokens(headers.connection);
  const trailing = canTrail(request, answer);
  const framed = request.httpVersion !== '1.0' && !BODILESS_STATUSES.has(statusCode);
  const passed: RawHeaders = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    const lower = name.toLowerCase();
    if (isDropped(lower, nominated)) continue;
    // AutoKitteh announces a trailer with every answer; node throws over one that cannot follow.
    if (lower === 'trailer' && !trailing) continue;
    if (lower === 'transfer-encoding' && !framed) continue;
    passed.push(name, rawHeaders[index + 1] ?? '');
  }
  return passed;
}

/** Whether the request has a body, be it an empty one in chunks. */
export function announcesBody({ headers }: IncomingMessage): boolean {
  if (headers['transfer-encoding'] !== undefined) return true;
  return headers['content-length'] !== undefined && Number(headers['content-length']) !== 0;
}

/** Names and values in pairs, as `addTrailers` takes them. */
export function pairs(raw: readonly string[]): [string, string][] {
  const found: [string, string][] = [];
  for (let index = 0; index + 1 < raw.length; index += 2)
    found.push([raw[index] ?? '', raw[index + 1] ?? '']);
  return found;
}

/** Whether trailers can follow this answer to this client: they need a chunked body. */
function canTrail(request: IncomingMessage, { headers, statusCode = 0 }: IncomingMessage): boolean {
  if (headers['transfer-encoding'] === undefined) return false;
  return request.method !== 'HEAD' && request.httpVersion !== '1.0' && !BODILESS_STATUSES.has(statusCode);
}

function isDropped(lower: string, nominated: readonly string[]): boolean {
  return HOP_BY_HOP.has(lower) || (nominated.includes(lower) && !KEPT.has(lower));
}

const NONE: readonly string[] = [];

function tokens(list: string | undefined): readonly string[] {
  if (list === undefined) return NONE;
  return list.split(',').map((token) => token.trim().toLowerCase());
}
