import { serve } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import type { AddressInfo } from 'node:net';
import { errorMessage, PluginError } from '../core/errors.js';
import { sentence } from '../core/words.js';
import { answerAsset, loadAssets } from '../http/page-assets.js';
import { isForged } from '../http/request-sender.js';
import type { Control } from './control.js';
import { devPage, requestOf } from './dev-page.js';
import { readSendRequest } from './send-request.js';

export interface DevPort {
  readonly url: string;
  stop(): Promise<void>;
}

// A body holds a frame at most, which Slack limits to far less.
const LONGEST_BODY = 4 * 1024 * 1024;
const LONGEST_WAIT_S = 30;

const refusalSchema = z.strictObject({
  method: z.string().min(1),
  error: z.string().min(1).optional(),
  retryAfter: z.number().int().min(0).optional(),
  times: z.number().int().min(1).default(1),
});

/** Serves the page of a run and its HTTP interface (docs/authors/testing.md) on 127.0.0.1, to this machine's own programs and pages. */
export function servePort(control: Control, instance: string, wantedPort: number): Promise<DevPort> {
  const assets = loadAssets();
  const refused = { words: '' };
  const routes = new Hono();
  routes.use(async (context, next) => {
    const { headers } = context.req.raw;
    // A page of another site, also under a name that its owner has pointed at this machine.
    if (!isOwnHost(context.req.header('host')) || isForged(headers, { trustedOrigins: [] }))
      return context.json({ error: 'only pages and programs on this machine may send requests here' }, 403);
    await next();
    context.header('cache-control', 'no-store');
    return undefined;
  });
  routes.use(
    bodyLimit({
      maxSize: LONGEST_BODY,
      onError: (context) => context.json({ error: `a request may have ${LONGEST_BODY} bytes at most` }, 413),
    }),
  );
  routes.get('/', (context) => context.html(devPage(control, refused.words)));
  routes.get('/copying.js', (context) => answerAsset(context, assets, 'copying.js'));
  routes.post('/send', async (context) => {
    refused.words = '';
    try {
      control.send(readSendRequest(requestOf(await context.req.parseBody())));
    } catch (error) {
      refused.words = sentence(errorMessage(error));
    }
    return context.redirect('/', 303);
  });
  routes.get('/api/run', (context) => context.json({ instance, ...control.description() }));
  routes.post('/api/send', (context) =>
    answering(context, async () => ({ sent: control.send(readSendRequest(await context.req.json())) })),
  );
  routes.post('/api/refuse', (context) =>
    answering(context, async () => {
      const { method, error, retryAfter = 1, times } = refusalSchema.parse(await context.req.json());
      control.refuse(method, error === undefined ? { retryAfter } : { error }, times);
      return {};
    }),
  );
  routes.get('/api/timeline', async (context) => {
    const { after = '0', wait = '0' } = context.req.query();
    const seconds = Math.min(Number(wait) || 0, LONGEST_WAIT_S);
    return context.json({ entries: await control.timeline.waitAfter(Number(after) || 0, seconds * 1_000) });
  });
  return new Promise((resolve, reject) => {
    const server = serve(
      { fetch: routes.fetch, hostname: '127.0.0.1', port: wantedPort },
      ({ port }: AddressInfo) => {
        resolve({
          url: `http://127.0.0.1:${port}`,
          stop: () =>
            new Promise((stopped) => {
              server.close(() => stopped());
              if ('closeAllConnections' in server) server.closeAllConnections();
            }),
        });
      },
    );
    server.once('error', (cause: Error) => {
      reject(
        new PluginError(
          'bad_input',
          `cannot listen on 127.0.0.1:${wantedPort} (${cause.message}): set --port`,
        ),
      );
    });
  });
}

/** JSON of what `work` gives, or what is wrong with the request. */
async function answering(context: Context, work: () => Promise<object>): Promise<Response> {
  try {
    return context.json(await work());
  } catch (error) {
    if (error instanceof PluginError) return context.json({ error: error.message }, 400);
    if (error instanceof z.ZodError || error instanceof SyntaxError)
      return context.json({ error: `the request is not right: ${error.message}` }, 400);
    throw error;
  }
}

function isOwnHost(host = ''): boolean {
  return /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/.test(host);
}
