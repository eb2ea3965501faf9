import { performance } from 'node:perf_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../core/log.js';
import { routeOf } from './routes.js';

/** Writes a line for each request when its answer is over: never a value of a query, and no part of a path that may be a secret. */
export function logAccess(log: Pick<Log, 'debug'>, request: IncomingMessage, response: ServerResponse): void {
  const began = performance.now();
  const { method = '', url = '' } = request;
  response.once('close', () => {
    const fields = {
      method,
      ...shownTarget(url),
      route: routeOf(method, url).t,
      status: response.statusCode,
      ms: performance.now() - began,
    };
    if (response.writableFinished) log.debug(fields, 'gateway request');
    else log.debug(fields, 'gateway request, cut off before its end');
  });
}

/** A WebSocket, and whatever else leaves HTTP. */
export function logUpgrade(log: Pick<Log, 'debug'>, { method = '', url = '' }: IncomingMessage): void {
  log.debug({ method, ...shownTarget(url) }, 'gateway upgrade');
}

// AutoKitteh's calls, our own pages, and its pages of connections: nothing in these is a secret.
const PLAIN =
  /^\/(?:autokitteh\.[\w.]+\/\w+|slack\/?|slack\/save|slack\/assets\/[\w.-]+|connections\/con_\w+\/\w+)$/;
const MOST_NAMES = 8;

/** The path, and the names in the query. Whoever has the rest of another path, such as a webhook's, may be able to use it. */
function shownTarget(target: string): { readonly path: string; readonly query?: readonly string[] } {
  const [path = '', query] = target.split('?', 2);
  const first = /^\/[\w.-]{0,40}/.exec(path)?.[0] ?? '/';
  const shown = PLAIN.test(path) || first === path ? path : `${first}/…`;
  if (query === undefined || query === '') return { path: shown };
  const names = [...new Set([...new URLSearchParams(query).keys()])].filter((name) =>
    /^[\w.-]{1,40}$/.test(name),
  );
  return { path: shown, query: names.slice(0, MOST_NAMES) };
}
