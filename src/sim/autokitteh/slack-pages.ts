import type { IncomingMessage } from 'node:http';
import { Hono, type Context } from 'hono';
import { readForm } from './go-form.js';
import { SYSTEM } from './identity.js';
import { idProblem } from './ids.js';
import { finalUrl, notAllowed, plain, type PageEnv } from './page-answers.js';
import { wordsOf } from './refusals.js';
import { callSlack } from './slack-calls.js';
import { writeVars } from './variables.js';
import type { World } from './world.js';
import { stringAt, type JsonObject } from '../../core/json.js';

const WORD = /^\w+$/;

interface Saved {
  readonly cid: string;
  readonly origin: string;
  readonly field: (name: string) => string;
}

/** The built-in Slack integration's pages: its form, its save in the order in which it works, its webhooks. */
export function slackPages(world: World, slackApiUrl: string): Hono<PageEnv> {
  const app = new Hono<PageEnv>();
  app.get('/slack', (c) => c.redirect(`/slack/${new URL(c.req.url).search}`, 307));
  app.get('/slack/', (c) =>
    c.html('<!DOCTYPE html><html><head><title>AutoKitteh - Slack</title></head><body></body></html>'),
  );
  app.get('/slack/oauth', (c) => plain(c, 'invalid connection ID', 400));
  app.get('/oauth/start/slack', (c) => {
    const { cid = '', origin = '' } = c.req.query();
    return c.redirect(`https://slack.com/oauth/v2/authorize?client_id=&state=${cid.slice(4)}_${origin}`, 302);
  });
  app.on(['GET', 'POST'], '/slack/save', async (c) => {
    const { method } = c.req;
    const contentType = c.req.header('content-type');
    if (method === 'POST' && !isForm(contentType)) return plain(c, 'unexpected content type', 400);
    const [, query = ''] = /\?(.*)$/s.exec(c.env.incoming.url ?? '') ?? [];
    const form = await readForm({ method, contentType, query, body: await bodyOf(c.env.incoming) });
    const saved = {
      cid: form.get('cid'),
      origin: form.get('origin'),
      field: (name: string) => form.get(name),
    };
    if (saved.cid === '' || idProblem(saved.cid, 'con') !== undefined)
      return abort(c, saved, 'invalid connection ID');
    const outcome = await save(world, slackApiUrl, saved).catch((error: unknown) => ({
      error: wordsOf(error),
    }));
    return 'error' in outcome ? abort(c, saved, outcome.error) : c.redirect(outcome.to, 302);
  });
  app.on(['PUT', 'DELETE', 'PATCH', 'OPTIONS'], '/slack/save', (c) => notAllowed(c, 'GET, HEAD, POST'));
  // Slack's own requests: without a valid signature they get no further than their content type.
  app.post('/slack/event', (c) => unsigned(c, c.req.header('content-type') === 'application/json'));
  app.post('/slack/command', (c) => unsigned(c, isForm(c.req.header('content-type'))));
  app.post('/slack/interaction', (c) => unsigned(c, isForm(c.req.header('content-type'))));
  return app;
}

type Outcome = { readonly to: string } | { readonly error: string };

async function save(world: World, slackApiUrl: string, saved: Saved): Promise<Outcome> {
  const { cid, origin, field } = saved;
  const authType = field('auth_type');
  // The built-in stores the type whatever comes of the rest, and does not look whether that worked.
  await write(world, cid, [['auth_type', authType]]).catch(() => undefined);
  switch (authType) {
    case 'oauthPrivate': {
      const names = ['client_id', 'client_secret', 'signing_secret'];
      if (names.some((name) => field(name) === '')) return { error: 'missing private OAuth 2.0 app details' };
      await write(
        world,
        cid,
        names.map((name) => [`private_${name}`, field(name), name !== 'client_id']),
      );
      return startOAuth(cid, origin);
    }
    case 'oauth':
    case 'oauthDefault':
      return startOAuth(cid, origin);
    case 'socketMode':
      return saveSocketMode(world, slackApiUrl, saved);
    default:
      return { error: `unexpected auth type "${authType}"` };
  }
}

function startOAuth(cid: string, origin: string): Outcome {
  return WORD.test(origin)
    ? { to: `/oauth/start/slack?cid=${cid}&origin=${origin}` }
    : { error: 'bad redirect URL' };
}

async function saveSocketMode(
  world: World,
  slackApiUrl: string,
  { cid, origin, field }: Saved,
): Promise<Outcome> {
  const [botToken, appToken] = [field('bot_token'), field('app_token')];
  if (botToken === '' || appToken === '') return { error: 'missing private Socket Mode app details' };
  const auth = await callSlack(slackApiUrl, 'auth.test', botToken);
  if (!auth.ok) return { error: 'slack token auth test failed' };
  const teamId = stringAt(auth.body, 'team_id');
  const query = { bot: stringAt(auth.body, 'bot_id'), team_id: teamId };
  const info = await callSlack(slackApiUrl, 'bots.info', botToken, query);
  if (!info.ok) return { error: 'slack bot info request failed' };
  const opened = await callSlack(slackApiUrl, 'apps.connections.open', appToken);
  if (!opened.ok) return { error: 'slack WebSocket connection opening failed' };
  const bot = (info.body['bot'] ?? {}) as JsonObject;
  const appId = stringAt(bot, 'app_id');
  const enterpriseId = stringAt(auth.body, 'enterprise_id');
  await write(world, cid, [
    ['private_app_token', appToken, true],
    ['private_bot_token', botToken, true],
    ['enterprise_id', enterpriseId],
    ['team_name', stringAt(auth.body, 'team')],
    ['team_id', teamId],
    ['user_name', stringAt(auth.body, 'user')],
    ['user_id', stringAt(auth.body, 'user_id')],
    ['bot_name', stringAt(bot, 'name')],
    ['bot_id', stringAt(bot, 'id')],
    ['bot_updated', new Date(Number(bot['updated'] ?? 0) * 1_000).toISOString()],
    ['app_id', appId],
    ['install_ids', `${appId}/${enterpriseId}/${teamId}`],
  ]);
  return WORD.test(origin) ? { to: finalUrl(cid, origin) } : { error: 'bad redirect URL' };
}

type Written = readonly [name: string, value: string, isSecret?: boolean];

/** The built-in writes with the system's rights, whoever asked. */
function write(world: World, scopeId: string, vars: readonly Written[]): Promise<void> {
  const rows = vars.map(([name, value, isSecret = false]) => ({
    scopeId,
    name,
    value,
    isSecret,
    description: '',
  }));
  return writeVars(world, SYSTEM, rows);
}

function abort(c: Context<PageEnv>, { cid, origin }: Saved, words: string): Response {
  if (origin !== 'vscode') return plain(c, words, 400);
  const query = new URLSearchParams({ cid, status: '400', error: words });
  return c.redirect(`vscode://autokitteh.autokitteh?${query.toString()}`, 302);
}

function unsigned(c: Context<PageEnv>, rightType: boolean): Response {
  return rightType ? plain(c, 'Unauthorized', 401) : plain(c, 'Bad Request', 400);
}

/** The body of a request of any method; Hono leaves out that of a GET. */
async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function isForm(contentType: string | undefined): boolean {
  return contentType?.startsWith('application/x-www-form-urlencoded') === true;
}
