import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { PORT_LIMITS } from '../http/limits.js';
import type { SetupEnvironment } from './http/environment.js';
import { loadAssets } from './http/assets.js';
import { refusalOf } from './http/refusal.js';
import { answerSave } from './http/save.js';
import { securityHeaders } from './http/security-headers.js';
import { answerState } from './http/state.js';
import { showPage } from './http/show-page.js';
import { manifestJson, manifestYaml } from './app-manifest.js';
import { OpenedSockets } from './opened-sockets.js';
import type { SetupPorts } from './ports.js';

/**
 * The connection page and its save endpoint, under `/slack`, as AutoKitteh's built-in integration has them. Everything
 * that concerns a connection is done with the credentials of the person who asks; the program's own are never used.
 */
export function createSetup(ports: SetupPorts): Hono<SetupEnvironment> {
  const app = new Hono<SetupEnvironment>();
  const assets = loadAssets();
  const opened = new OpenedSockets(ports.clock);
  app.use(securityHeaders(ports.slackSite));

  app.get('/slack', (context) => {
    // As AutoKitteh's own router does it; the query holds the connection.
    return context.redirect(`/slack/${new URL(context.req.url).search}`, 307);
  });
  app.get('/slack/', (context) => showPage(context, ports, {}));

  app.get('/slack/assets/state', (context) => answerState(context, ports));
  app.get('/slack/assets/manifest.yaml', (context) =>
    context.text(manifestYaml(ports.manifest), 200, download('application/yaml', 'slack-app.yaml')),
  );
  app.get('/slack/assets/manifest.json', (context) =>
    context.text(manifestJson(ports.manifest), 200, download('application/json', 'slack-app.json')),
  );
  app.get('/slack/assets/:name', (context) => {
    const asset = assets.get(context.req.param('name'));
    if (asset === undefined) return context.text('not found', 404);
    const headers = { 'content-type': asset.type, etag: asset.etag, 'cache-control': 'no-cache' };
    if (context.req.header('if-none-match') === asset.etag) return context.body(null, 304, headers);
    return context.body(asset.content, 200, headers);
  });

  app.use('/slack/save', cors({ ...corsOrigins(ports.trustedOrigins), allowMethods: ['GET', 'POST'] }));
  app.use(
    '/slack/save',
    bodyLimit({
      maxSize: PORT_LIMITS.formBytes,
      onError: (context) => context.text('request too large', 413, { connection: 'close' }),
    }),
  );
  app.on(['GET', 'POST'], '/slack/save', (context) => answerSave(context, ports, opened));

  app.onError((error, context) => {
    const refusal = refusalOf(error);
    if (refusal.status === 500) ports.log.error({ err: error }, 'a set-up page failed');
    return context.text(refusal.text, refusal.status);
  });
  return app;
}

// Any page may ask with a credential of its own, as AutoKitteh's server allows by default; with a person's cookies only
// those that the operator trusts.
function corsOrigins(trusted: readonly string[]): Parameters<typeof cors>[0] & { origin: string[] | string } {
  return trusted.length === 0 ? { origin: '*' } : { origin: [...trusted], credentials: true };
}

function download(type: string, name: string): Record<string, string> {
  return { 'content-type': type, 'content-disposition': `attachment; filename="${name}"` };
}
