import { Hono } from 'hono';
import type { Readiness } from '../core/readiness.js';

/**
 * `/livez` and `/healthz` (the process answers), `/readyz` (requests should be sent here). They need no credential and
 * name neither secrets nor addresses.
 */
export function probeRoutes(readiness: Pick<Readiness, 'state'>): Hono {
  const routes = new Hono();
  for (const path of ['/livez', '/healthz']) routes.get(path, (context) => context.text('ok'));
  routes.get('/readyz', (context) => {
    const { state } = readiness;
    return state.t === 'ready' ? context.text('ok') : context.text(state.reason, 503);
  });
  return routes;
}

/**
 * What is still missing for the program to do its work for the first time, in a sentence without names or addresses,
 * which strangers may read. `apps` are those that should be served, undefined until AutoKitteh has told; `answered` says
 * whether Slack has opened a socket of an app or refused one.
 */
export function missingContact(
  apps: readonly string[] | undefined,
  answered: (appId: string) => boolean,
): string | undefined {
  if (apps === undefined) return 'AutoKitteh has not listed the active connections yet.';
  const missing = apps.filter((appId) => !answered(appId)).length;
  if (missing === 0) return undefined;
  return `${missing} of ${apps.length} Slack apps have had neither a socket nor an answer of Slack yet.`;
}
