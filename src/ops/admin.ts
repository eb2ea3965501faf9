import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { z } from 'zod';
import type { DeadLetter, Overview } from './overview.js';
import { overviewPage } from './overview-page.js';

export interface AdminPorts {
  overview(): Promise<Overview>;
  deadLetters(after: number, limit: number): Promise<readonly DeadLetter[]>;
  /** How many of these were there, and are sent again. */
  resend(ids: readonly number[]): Promise<number>;
  /** Why a request may not see this, in a sentence; nothing if it may. */
  refusal(request: HttpBindings['incoming']): string | undefined;
}

const listQuery = z.object({
  after: z.coerce.number().int().nonnegative().default(0),
  limit: z.coerce.number().int().positive().max(1_000).default(100),
});

const resendBody = z.strictObject({ ids: z.array(z.number().int().positive()).min(1).max(1_000) });

/** `/ops/...`: how the program fares, and its dead letters. Open to the bearer credential, or on this machine only. */
export function adminRoutes(ports: AdminPorts): Hono<{ Bindings: HttpBindings }> {
  const routes = new Hono<{ Bindings: HttpBindings }>();
  routes.use('/ops/*', async (context, next) => {
    const refusal = ports.refusal(context.env.incoming);
    if (refusal !== undefined) return context.text(refusal, 401);
    context.header('cache-control', 'no-store');
    await next();
    return undefined;
  });
  routes.get('/ops/', async (context) => {
    context.header(
      'content-security-policy',
      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    );
    return context.html(overviewPage(await ports.overview()));
  });
  routes.get('/ops/overview', async (context) => context.json(await ports.overview()));
  routes.get('/ops/dead-letters', async (context) => {
    const query = listQuery.safeParse(context.req.query());
    if (!query.success) return context.text(z.prettifyError(query.error), 400);
    return context.json(await ports.deadLetters(query.data.after, query.data.limit));
  });
  routes.post('/ops/dead-letters/resend', async (context) => {
    const body = resendBody.safeParse(await context.req.json().catch(() => undefined));
    if (!body.success) return context.text(z.prettifyError(body.error), 400);
    return context.json({ resent: await ports.resend(body.data.ids) });
  });
  return routes;
}
