import { gunzipSync } from 'node:zlib';
import { Hono, type Context } from 'hono';
import type { HttpBindings } from '@hono/node-server';
import type { Faults } from './faults.js';
import type { Caller } from './identity.js';
import { idProblem } from './ids.js';
import { finalUrl, notAllowed, plain, type PageEnv } from './page-answers.js';
import { refusals, wordsOf } from './refusals.js';
import { slackPages } from './slack-pages.js';
import type { ConnectionRow } from './store.js';
import { writeVars } from './variables.js';
import type { World } from './world.js';
import { Status_Code, type Status } from '../../gen/autokitteh/common/v1/common_pb.js';

/** AutoKitteh's pages: the flow of setting a connection up, and health. */
export function createPages(
  world: World,
  callerOf: (incoming: HttpBindings['incoming']) => Caller,
  faults: Pick<Faults, 'temporalDown'>,
  slackApiUrl: string,
): Hono<PageEnv> {
  const { store, rights, registry, statuses } = world;
  const app = new Hono<PageEnv>();
  app.use(async (c, next) => {
    c.set('caller', callerOf(c.env.incoming));
    await next();
  });
  app.get('/readyz', (c) => c.body(null, 200));
  app.get('/healthz', (c) => c.body(null, faults.temporalDown ? 500 : 200));
  app.get('/.well-known/jwks.json', (c) => plain(c, 'RSA tokens not configured', 400));
  app.get('/version', (c) => c.body('""\n', 200, { 'content-type': 'application/json' }));
  app.get('/', (c) => c.redirect('/internal', 303));

  const visible = (c: Context<PageEnv>, connectionId: string): ConnectionRow => {
    const row = store.connections.get(connectionId);
    if (row === undefined || !rights.isMember(c.get('caller'), row.orgId)) throw refusals.notFound();
    return row;
  };
  const owned = (c: Context<PageEnv>, connectionId: string): ConnectionRow => {
    const row = store.connections.get(connectionId);
    rights.requireMember(c.get('caller'), row?.orgId);
    if (row === undefined) throw refusals.notFound();
    return row;
  };
  app.use('/connections/:id/:page{(init|postinit|test|refresh)}/*', requireId);
  app.use('/connections/:id/:page{(init|postinit|test|refresh)}', requireId);
  app.get('/connections/:id/init/:origin', async (c) => {
    const { id, origin } = c.req.param();
    const { integrationId } = visible(c, id);
    const integration = await registry.byId(integrationId);
    if (integration === undefined) return plain(c, 'integration not found', 404);
    return c.redirect(`${integration.descriptor.connectionUrl}?cid=${id}&origin=${origin}`, 302);
  });
  app.get('/connections/:id/postinit', async (c) => {
    const { id } = c.req.param();
    const { vars = '', origin = '' } = c.req.query();
    let rows;
    try {
      rows = sentVars(vars, id);
    } catch (error) {
      return plain(c, wordsOf(error), 400);
    }
    await writeVars(world, c.get('caller'), rows);
    return c.redirect(finalUrl(id, origin), 302);
  });
  app.get('/connections/:id/success', (c) =>
    c.html(
      '<!DOCTYPE html><html><body>success - you can now close this tab.' +
        '<script>window.open("", "_self").close();</script></body></html>',
    ),
  );
  app.post('/connections/:id/test', async (c) =>
    statusText(c, await statuses.test(owned(c, c.req.param('id')))),
  );
  app.post('/connections/:id/refresh', async (c) =>
    statusText(c, await statuses.refresh(owned(c, c.req.param('id')))),
  );

  app.get('/internal/dashboard/sessions/:id', (c) => {
    const id = c.req.param('id');
    const row = store.sessions.get(id);
    if (row === undefined || !rights.isMember(c.get('caller'), store.orgOf(row.projectId)))
      throw refusals.notFound();
    return c.html(`<!DOCTYPE html><html><head><title>Session: ${id}</title></head><body></body></html>`);
  });

  app.on(['GET', 'PUT', 'DELETE', 'PATCH'], ['/connections/:id/test', '/connections/:id/refresh'], (c) =>
    notAllowed(c, 'POST'),
  );

  app.route('/', slackPages(world, slackApiUrl));
  app.notFound((c) => plain(c, '404 page not found', 404));
  app.onError((error, c) => plain(c, wordsOf(error), 500));
  return app;
}

async function requireId(c: Context<PageEnv>, next: () => Promise<void>): Promise<Response | undefined> {
  const problem = idProblem(c.req.param('id') ?? '', 'con');
  if (problem !== undefined) return plain(c, problem, 400);
  await next();
  return undefined;
}

function statusText(c: Context<PageEnv>, { code, message }: Status): Response {
  const named = { code: `CODE_${Status_Code[code]}`, message };
  return c.body(`${JSON.stringify(named)}\n`, 200, { 'content-type': 'text/plain; charset=utf-8' });
}

interface SentVar {
  readonly name?: string;
  readonly value?: string;
  readonly is_secret?: boolean;
}

/** The variables of a `postinit` link: base64url of gzip of a JSON list. */
function sentVars(encoded: string, scopeId: string) {
  if (encoded === '') throw new Error('EOF');
  if (!/^[\w-]{4,}=*$/.test(encoded)) throw new Error('illegal base64 data at input byte 0');
  const unpacked = gunzipSync(Buffer.from(encoded, 'base64url')).toString('utf8');
  return (JSON.parse(unpacked) as SentVar[]).map(({ name = '', value = '', is_secret = false }) => ({
    scopeId,
    name,
    value,
    isSecret: is_secret,
    description: '',
  }));
}
