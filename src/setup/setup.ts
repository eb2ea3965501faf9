import { Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { NONCE, secureHeaders } from 'hono/secure-headers';
import { RareLines } from '../core/rare-lines.js';
import { PORT_LIMITS } from '../http/limits.js';
import { answerAsset, loadAssets } from '../http/page-assets.js';
import { manifestJson, manifestYaml, type AppManifest } from './app-manifest.js';
import { manifestFor } from './app-name.js';
import { ConnectionEvents, type PagePorts } from './events/connection-events.js';
import { refusalOf } from './http/refusal.js';
import type { SetupContext, SetupEnvironment } from './http/request.js';
import { answerSave } from './http/save.js';
import { answerEvents, answerState, showPage } from './http/show-page.js';
import { OpenedSockets } from './opened-sockets.js';
import type { SetupPorts } from './ports.js';

/**
 * The connection page and its save endpoint, under `/slack`, as AutoKitteh's built-in integration has them. Everything
 * that concerns a connection is done with the credentials of the person who asks; the program's own are never used.
 */
export function createSetup(given: SetupPorts): Hono<SetupEnvironment> {
  const app = new Hono<SetupEnvironment>();
  const assets = loadAssets();
  const connectionEvents = new ConnectionEvents(given);
  const connections: SetupPorts['connections'] = {
    learn: (...saved) => given.connections.learn(...saved),
    announceChange(connectionId) {
      connectionEvents.forget(connectionId);
      return given.connections.announceChange(connectionId);
    },
  };
  const ports: PagePorts = { ...given, connections, connectionEvents };
  const parts = { ports, opened: new OpenedSockets(ports.clock), rare: new RareLines(ports.clock) };
  app.use(securityHeaders(ports.slackSite));

  app.get('/slack', (context) => {
    // As AutoKitteh's own router does it; the query holds the connection.
    return context.redirect(`/slack/${new URL(context.req.url).search}`, 307);
  });
  app.get('/slack/', (context) => showPage(context, ports, {}));

  app.get('/slack/assets/state', (context) => answerState(context, ports));
  app.get('/slack/assets/events', (context) => answerEvents(context, ports));
  // The name is in the address, as on the page that leads here: nothing of a connection is told to anybody.
  const manifestOf = ({ req }: SetupContext): AppManifest =>
    manifestFor(ports, req.query('name'), req.query('app') === 'documented');
  app.get('/slack/assets/manifest.yaml', (context) =>
    context.text(manifestYaml(manifestOf(context)), 200, download('application/yaml', 'slack-app.yaml')),
  );
  app.get('/slack/assets/manifest.json', (context) =>
    context.text(manifestJson(manifestOf(context)), 200, download('application/json', 'slack-app.json')),
  );
  app.get('/slack/assets/:name', (context) => answerAsset(context, assets, context.req.param('name')));

  app.use('/slack/save', cors({ ...corsOrigins(ports.trustedOrigins), allowMethods: ['GET', 'POST'] }));
  app.use(
    '/slack/save',
    bodyLimit({
      maxSize: PORT_LIMITS.formBytes,
      onError: (context) => context.text('request too large', 413, { connection: 'close' }),
    }),
  );
  app.on(['GET', 'POST'], '/slack/save', (context) => answerSave(context, parts));

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

/**
 * Headers of every answer. The page loads its own style sheets and script and nothing else; no other page may frame it.
 * Forms may lead to `site` (Slack's, for OAuth) and to VS Code, because browsers hold redirects after a form against `form-action`.
 * The referrer stays at home but is not suppressed: with `no-referrer` a browser would send `Origin: null` with the
 * page's own forms, and over plain HTTP nothing else tells them from forged ones.
 */
const securityHeaders = (site: string): MiddlewareHandler =>
  secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: [NONCE],
      styleSrc: [NONCE],
      imgSrc: ["'self'"],
      connectSrc: ["'self'"],
      formAction: ["'self'", `https://${site}`, `https://*.${site}`, 'vscode:'],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    referrerPolicy: 'same-origin',
    xFrameOptions: 'DENY',
    // A user interface that opened this page in a window of its own still has to see it close.
    crossOriginOpenerPolicy: false,
    // Whether the site is served over TLS is the server's matter.
    strictTransportSecurity: false,
  });
