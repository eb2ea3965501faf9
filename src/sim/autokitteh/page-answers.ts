import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { Caller } from './identity.js';

/** Hono's environment here: Node's request, from which the caller is known. */
export interface PageEnv {
  Bindings: HttpBindings;
  Variables: { caller: Caller };
}

/** Plain text as Go's http.Error writes it. */
export function plain(c: Context<PageEnv>, words: string, code: 400 | 401 | 404 | 405 | 500): Response {
  return c.body(`${words}\n`, code, {
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
  });
}

/** The answer to a method that a page does not have. */
export function notAllowed(c: Context<PageEnv>, allowed: string): Response {
  c.header('allow', allowed);
  return plain(c, 'Method Not Allowed', 405);
}

/** The address where a set-up ends, by where it was begun. */
export function finalUrl(connectionId: string, origin: string): string {
  if (origin === 'vscode') return `vscode://autokitteh.autokitteh?cid=${connectionId}`;
  if (origin === 'dash') return `/internal/dashboard/connections/${connectionId}?msg=Success`;
  return `/connections/${connectionId}/success`;
}
