import { createHash, timingSafeEqual } from 'node:crypto';
import {
  Code,
  ConnectError,
  createContextKey,
  createContextValues,
  type ContextValues,
  type Interceptor,
} from '@connectrpc/connect';
import type { DualHandler } from './dual-server.js';

/** Where a request came from, as far as the socket and the headers tell. */
export interface Caller {
  /** The other end of the socket is on this machine. */
  readonly loopback: boolean;
  /** The request was addressed to this machine by a loopback name, and no proxy passed it on. */
  readonly direct: boolean;
}

const CALLER = createContextKey<Caller>({ loopback: false, direct: false }, { description: 'caller' });

/** Who sent a request of node's. */
export function callerOf({
  headers,
  socket,
}: Pick<Parameters<DualHandler>[0], 'headers' | 'socket'>): Caller {
  const authority = headers[':authority'];
  return {
    loopback: isLoopback(socket.remoteAddress ?? ''),
    direct:
      isLoopbackName(typeof authority === 'string' ? authority : (headers.host ?? '')) &&
      headers['x-forwarded-for'] === undefined &&
      headers.forwarded === undefined,
  };
}

/** Notes the caller for `bearer`; for `connectNodeAdapter`'s option of the same name. */
export function contextValues(request: Parameters<DualHandler>[0]): ContextValues {
  return createContextValues().set(CALLER, callerOf(request));
}

/** Why a caller may not pass, in a sentence; nothing if it may. */
export type Guard = (caller: Caller, authorization: string) => string | undefined;

/**
 * Lets callers pass that carry `token`. Without a token configured only programs on this machine may call, and neither
 * web pages that lead a browser here under another name nor a proxy that passes strangers on.
 */
export function createGuard(token: string | undefined): Guard {
  if (token === undefined) {
    return ({ loopback, direct }) =>
      loopback && direct
        ? undefined
        : 'without PLUGIN_TOKEN only programs on the same machine are answered: set it here, and send it as a bearer credential';
  }
  const expected = digest(token);
  return (_caller, authorization) =>
    presents(authorization, expected) ? undefined : 'the bearer credential is missing or wrong';
}

/** The guard for RPCs. */
export function bearer(token: string | undefined): Interceptor {
  const guard = createGuard(token);
  return (next) => (request) => {
    const refusal = guard(request.contextValues.get(CALLER), request.header.get('authorization') ?? '');
    if (refusal !== undefined) throw new ConnectError(refusal, Code.Unauthenticated);
    return next(request);
  };
}

function presents(header: string, expected: Buffer): boolean {
  const [scheme = '', credential = ''] = header.split(' ', 2);
  // Digests have one length, so that the comparison takes the same time whatever was sent.
  return timingSafeEqual(digest(credential), expected) && scheme.toLowerCase() === 'bearer';
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function isLoopback(address: string): boolean {
  return /^(::ffff:)?127\.|^::1$/.test(address);
}

function isLoopbackName(authority: string): boolean {
  const host = authority.replace(/:\d+$/, '').toLowerCase();
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}
