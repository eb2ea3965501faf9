import { Hono } from 'hono';
import type { Registry } from 'prom-client';

/** How the program fares, for probes. */
export interface Health {
  /** False while it cannot do its work; `reasons` say why. */
  readonly ready: boolean;
  readonly reasons: readonly string[];
}

/** `/healthz` (the process answers), `/readyz` (it can do its work), `/metrics` (Prometheus). They name no secret. */
export function opsRoutes(metrics: Registry, health: () => Health): Hono {
  const routes = new Hono();
  routes.get('/healthz', (context) => context.text('ok'));
  routes.get('/readyz', (context) => {
    const { ready, reasons } = health();
    return ready ? context.text('ok') : context.text(reasons.join('\n'), 503);
  });
  routes.get('/metrics', async (context) => {
    return context.body(await metrics.metrics(), 200, { 'content-type': metrics.contentType });
  });
  return routes;
}
