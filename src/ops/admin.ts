import { Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Registry } from 'prom-client';
import { z } from 'zod';
import { Credential } from '../core/credential.js';
import { PORT_LIMITS } from '../http/limits.js';
import { overviewPage } from './overview-page.js';
import type { DeadLetter, Overview } from './overview.js';

export interface AdminPorts {
  overview(): Promise<Overview>;
  deadLetters(after: number, limit: number): Promise<readonly DeadLetter[]>;
  /** How many of these were there, and are sent again. */
  resend(ids: readonly number[]): Promise<number>;
  readonly metrics: Registry;
}

const listQuery = z.object({
  after: z.coerce.number().int().nonnegative().default(0),
  limit: z.coerce.number().int().positive().max(1_000).default(100),
});

const resendBody = z.strictObject({ ids: z.array(z.number().int().positive()).min(1).max(1_000) });

/** `/metrics` (Prometheus) and `/ops/...` (how the program fares, and its dead letters), for the operators' credential. */
export function adminRoutes(ports: AdminPorts, token: string): Hono {
  const routes = new Hono();
  const guard = opsGuard(token);
  routes.use('/metrics', guard);
  routes.use('/ops/*', guard);
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
    // A form or plain text is what a page of another site may send without asking.
    if (!/^application\/json\s*(;|$)/i.test(context.req.header('content-type') ?? ''))
      return context.text('the content type must be application/json', 415);
    const body = resendBody.safeParse(await context.req.json().catch(() => undefined));
    if (!body.success) return context.text(z.prettifyError(body.error), 400);
    return context.json({ resent: await ports.resend(body.data.ids) });
  });
  return routes;
}

const UNAUTHORIZED =
  'the credential is missing or wrong: send OPS_TOKEN, or what the file ops-token beside the journal holds, as a bearer credential or as the password of any user';

const CROSS_SITE =
  'requests from pages of other sites are refused: open this address itself, or send the request with a program';

/**
 * Lets requests pass that carry `token` as a bearer credential or, for browsers, as the password of any user. Browsers send
 * a password that they know by themselves, so what a page of another site sends is refused, whatever it carries.
 */
function opsGuard(token: string): MiddlewareHandler {
  const credential = new Credential(token);
  return async (context, next) => {
    context.header('cache-control', 'no-store');
    const { req } = context;
    if (isCrossSite(req.header('sec-fetch-site'), req.header('origin'), req.header('host')))
      return context.text(CROSS_SITE, 403);
    const authorization = req.header('authorization') ?? '';
    if (!credential.isBearer(authorization) && !credential.isPassword(authorization)) {
      context.header('www-authenticate', 'Basic realm="operations", charset="UTF-8"');
      return context.text(UNAUTHORIZED, 401);
    }
    await next();
    return undefined;
  };
}

// Fetch Metadata: `none` is what people open by themselves. Older browsers tell the origin, at least of a POST.
function isCrossSite(
  site: string | undefined,
  origin: string | undefined,
  host: string | undefined,
): boolean {
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  return origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host);
}
