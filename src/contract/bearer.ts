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
interface Caller {
  /** The other end of the socket is on this machine. */
  readonly loopback: boolean;
  /** The request was addressed to this machine by a loopback name, and no proxy passed it on. */
  readonly direct: boolean;
}

const CALLER = createContextKey<Caller>({ loopback: false, direct: false }, { description: 'caller' });

/** Notes the caller for `bearer`; for `connectNodeAdapter`'s option of the same name. */
export function contextValues({ headers, socket }: Parameters<DualHandler>[0]): ContextValues {
  const authority = headers[':authority'];
  return createContextValues().set(CALLER, {
    loopback: isLoopback(socket.remoteAddress ?? ''),
    direct:
      isLoopbackName(typeof authority === 'string' ? authority : (headers.host ?? '')) &&
      headers['x-forwarded-for'] === undefined &&
      headers.forwarded === undefined,
  });
}

/**
 * Lets calls pass that carry `token`. Without a token configured only programs on this machine may call, and neither
 * web pages that lead a browser here under another name nor a proxy that passes strangers on.
 */
export function bearer(token: string | undefined): Interceptor {
  const expected = token === undefined ? undefined : digest(token);
  return (next) => (request) => {
    if (expected === undefined) {
      const { loopback, direct } = request.contextValues.get(CALLER);
      if (!loopback || !direct) {
        throw new ConnectError(
          'without PLUGIN_TOKEN only programs on the same machine are answered: set it here, and send it as a bearer credential',
          Code.Unauthenticated,
        );
      }
    } else if (!presents(request.header.get('authorization') ?? '', expected)) {
      throw new ConnectError('the bearer credential is missing or wrong', Code.Unauthenticated);
    }
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
