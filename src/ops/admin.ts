import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { PORT_LIMITS } from '../http/limits.js';
import type { OpsAccess } from './access.js';
import { deadLetterRoutes } from './dead-letter-routes.js';
import { LONGEST_EVENT_ID } from './page/event-section.js';
import { entranceRoutes, pageRoutes } from './page-routes.js';
import type { AdminPorts } from './ports.js';

const eventQuery = z.object({ id: z.string().min(1).max(LONGEST_EVENT_ID) });

/** `/metrics` (Prometheus) and `/ops/...` (how the program fares, and its dead letters), for the operators' credential. */
export function adminRoutes(ports: AdminPorts, access: OpsAccess): Hono {
  const routes = new Hono();
  routes.route('/', entranceRoutes(access));
  for (const path of ['/metrics', '/ops/*']) routes.use(path, access.guard);
  routes.use(
    '/ops/*',
    bodyLimit({
      maxSize: PORT_LIMITS.opsBytes,
      onError: (context) => context.text(`the body is longer than ${PORT_LIMITS.opsBytes} bytes`, 413),
    }),
  );
  routes.get('/metrics', async (context) => {
    const { metrics } = ports;
    return context.body(await metrics.metrics(), 200, { 'content-type': metrics.contentType });
  });
  routes.route('/', pageRoutes(ports, access));
  routes.get('/ops/overview', async (context) => context.json(await ports.overview()));
  routes.route('/', deadLetterRoutes(ports.deadLetters));
  routes.get('/ops/events', async (context) => {
    const query = eventQuery.safeParse(context.req.query());
    if (!query.success) return context.text(z.prettifyError(query.error), 400);
    return context.json(await ports.events(query.data.id));
  });
  return routes;
}
