import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { getCookie } from 'hono/cookie';
import { NONCE, secureHeaders, type SecureHeadersVariables } from 'hono/secure-headers';
import { z } from 'zod';
import { errorMessage } from '../core/errors.js';
import { counted, sentence } from '../core/words.js';
import { PORT_LIMITS } from '../http/limits.js';
import { OPS_COOKIE } from '../http/ops-cookie.js';
import { answerAsset, loadAssets } from '../http/page-assets.js';
import { UNCHALLENGED, type OpsAccess } from './access.js';
import { LETTERS_SHOWN } from './page/dead-letters-section.js';
import { LONGEST_EVENT_ID, type EventSearched } from './page/event-section.js';
import { openPage, programPage } from './page/status-page.js';
import type { AdminPorts } from './ports.js';

interface PageEnvironment {
  Variables: SecureHeadersVariables;
}

const codeBody = z.strictObject({ code: z.string().max(200) });

/** What anybody may ask for: the way in. */
export function entranceRoutes(access: OpsAccess): Hono<PageEnvironment> {
  const routes = new Hono<PageEnvironment>();
  const assets = loadAssets();
  for (const path of ['/', '/ops']) routes.get(path, (context) => context.redirect('/ops/', 302));
  routes.get('/ops/assets/:name', (context) => answerAsset(context, assets, context.req.param('name')));
  routes.get('/ops/open', pageHeaders, (context) => context.html(openPage(nonceOf(context))));
  routes.post('/ops/session', limited(PORT_LIMITS.codeBytes), async (context) => {
    context.header('cache-control', 'no-store');
    const body = codeBody.safeParse(await context.req.json().catch(() => undefined));
    if (!body.success) return context.text('the body must be JSON with a code', 400);
    return access.enter(context, body.data.code);
  });
  return routes;
}

/** The status page, and what its buttons do without a script. Behind the guard. */
export function pageRoutes(ports: AdminPorts, access: OpsAccess): Hono<PageEnvironment> {
  const routes = new Hono<PageEnvironment>();
  const show = async (context: Context<PageEnvironment>): Promise<Response> => {
    const overview = await ports.overview();
    const letters =
      overview.delivery.dead === 0
        ? []
        : await ports.deadLetters.list({}, { after: 0, limit: LETTERS_SHOWN });
    const page = programPage({
      ...{ overview, letters, minutes: ports.minutes(), nonce: nonceOf(context) },
      event: await searched(context.req.query('event') ?? '', ports),
      done: doneWords(context.req.query('done') ?? ''),
      hasSession: getCookie(context, OPS_COOKIE) !== undefined,
    });
    return context.html(page);
  };
  routes.get('/ops/', pageHeaders, show);
  // The same for the page's script: a browser does not ask for a password when this is refused.
  routes.get(UNCHALLENGED, pageHeaders, show);
  routes.post('/ops/codes', (context) => context.json({ code: access.newCode() }));
  routes.post('/ops/page/leave', (context) => {
    access.leave(context);
    return context.redirect('/ops/', 303);
  });
  routes.post('/ops/page/dead-letters', async (context) => {
    const form = await context.req.parseBody({ all: true });
    const chosen = [form['id'] ?? []].flat().map(Number).filter(Number.isSafeInteger);
    const isAll = form['action'] === 'resend-all';
    if (!isAll && chosen.length === 0) return context.redirect('/ops/?done=nothing-0', 303);
    const choice = isAll ? { filter: {} } : { ids: chosen };
    const isDiscard = form['action'] === 'discard';
    const done = await (isDiscard ? ports.deadLetters.discard(choice) : ports.deadLetters.resend(choice));
    return context.redirect(`/ops/?done=${isDiscard ? 'discarded' : 'resent'}-${done}`, 303);
  });
  return routes;
}

/** The life of the event that was asked for: a page that cannot tell it tells the rest. */
async function searched(text: string, ports: AdminPorts): Promise<EventSearched | undefined> {
  const id = text.trim().slice(0, LONGEST_EVENT_ID);
  if (id === '') return undefined;
  try {
    return { id, found: await ports.events(id) };
  } catch (error) {
    return { id, problem: sentence(errorMessage(error)) };
  }
}

function doneWords(done: string): string {
  const [, what, count] = /^(resent|discarded|nothing)-(\d{1,9})$/.exec(done) ?? [];
  if (count === undefined) return '';
  if (what === 'nothing')
    return 'Nothing was done, because no dead letter was chosen: tick those that you mean, then press the button again.';
  if (count === '0') return 'Nothing was done: these dead letters are not there any more.';
  const letters = counted(Number(count), 'dead letter');
  const verb = count === '1' ? 'is' : 'are';
  return what === 'discarded' ? `${letters} ${verb} discarded.` : `${letters} ${verb} being sent again.`;
}

function limited(maxSize: number): ReturnType<typeof bodyLimit> {
  return bodyLimit({
    maxSize,
    onError: (context) => context.text(`the body is longer than ${maxSize} bytes`, 413),
  });
}

function nonceOf(context: Context<PageEnvironment>): string {
  return context.get('secureHeadersNonce') ?? '';
}

/** The page loads its own style sheets and script and nothing else; no other page may frame it. */
const pageHeaders = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: [NONCE],
    styleSrc: [NONCE],
    imgSrc: ["'self'"],
    connectSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
  referrerPolicy: 'same-origin',
  xFrameOptions: 'DENY',
  // Whether the port is served over TLS is the proxy's matter.
  strictTransportSecurity: false,
});
