import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { PORT_LIMITS } from '../http/limits.js';
import type { OpsAccess } from './access.js';
import { entranceRoutes, pageRoutes } from './page-routes.js';
import type { AdminPorts } from './ports.js';

const listQuery = z.object({
  after: z.coerce.number().int().nonnegative().default(0),
  limit: z.coerce.number().int().positive().max(1_000).default(100),
});

const resendBody = z.strictObject({ ids: z.array(z.number().int().positive()).min(1).max(1_000) });

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
  routes.get('/ops/dead-letters', async (context) => {
    const query = listQuery.safeParse(context.req.query());
    if (!query.success) return context.text(z.prettifyError(query.error), 400);
    return context.json(await ports.deadLetters(query.data.after, query.data.limit));
  });
  routes.post('/ops/dead-letters/resend', async (context) => {
    if (!/^application\/json\s*(;|$)/i.test(context.req.header('content-type') ?? ''))
      return context.text('the content type must be application/json', 415);
    const body = resendBody.safeParse(await context.req.json().catch(() => undefined));
    if (!body.success) return context.text(z.prettifyError(body.error), 400);
    return context.json({ resent: await ports.resend(body.data.ids) });
  });
  return routes;
}
