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
