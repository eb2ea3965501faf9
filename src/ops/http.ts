import { Hono } from 'hono';
import type { Registry } from 'prom-client';
import type { Readiness } from '../core/readiness.js';

/**
 * `/livez` and `/healthz` (the process answers), `/readyz` (requests should be sent here), `/metrics` (Prometheus). They
 * name no secret.
 */
export function opsRoutes(metrics: Registry, readiness: Pick<Readiness, 'state'>): Hono {
  const routes = new Hono();
  for (const path of ['/livez', '/healthz']) routes.get(path, (context) => context.text('ok'));
  routes.get('/readyz', (context) => {
    const { state } = readiness;
    return state.t === 'ready' ? context.text('ok') : context.text(state.reason, 503);
  });
  routes.get('/metrics', async (context) => {
    return context.body(await metrics.metrics(), 200, { 'content-type': metrics.contentType });
  });
  return routes;
}
