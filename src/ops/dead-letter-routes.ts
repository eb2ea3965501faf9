import { Hono, type Context } from 'hono';
import { z } from 'zod';
import type { Credential } from '../core/credential.js';
import type { DeadLetterDesk, LetterChoice } from './dead-letter-desk.js';

const filter = {
  connection: z.string().min(1).max(200).optional(),
  type: z.string().min(1).max(200).optional(),
  channel: z.string().min(1).max(200).optional(),
};

const listQuery = z.object({
  after: z.coerce.number().int().nonnegative().default(0),
  limit: z.coerce.number().int().positive().max(1_000).default(100),
  ...filter,
});

const choiceBody = z.union(
  [
    z.strictObject({ ids: z.array(z.number().int().positive()).min(1).max(1_000) }),
    z.strictObject({ all: z.literal(true), ...filter }),
  ],
  {
    error:
      'the body must have either `ids`, a list of 1 to 1000 whole numbers, or `all`: true, to which `connection`, `type` or `channel` may be added as a filter',
  },
);

/** The dead letters for operators: list, send again, discard. */
export function deadLetterRoutes(desk: Pick<DeadLetterDesk, 'list' | 'resend' | 'discard'>): Hono {
  const routes = new Hono();
  routes.get('/ops/dead-letters', async (context) => {
    const query = listQuery.safeParse(context.req.query());
    if (!query.success) return context.text(z.prettifyError(query.error), 400);
    const { after, limit, ...chosen } = query.data;
    return context.json(await desk.list(chosen, { after, limit }));
  });
  routes.post('/ops/dead-letters/resend', (context) =>
    withChoice(context, async (choice) => context.json({ resent: await desk.resend(choice) })),
  );
  routes.post('/ops/dead-letters/discard', (context) =>
    withChoice(context, async (choice) => context.json({ discarded: await desk.discard(choice) })),
  );
  return routes;
}

async function withChoice(
  context: Context,
  act: (choice: LetterChoice) => Promise<Response>,
): Promise<Response> {
  if (!/^application\/json\s*(;|$)/i.test(context.req.header('content-type') ?? ''))
    return context.text('the content type must be application/json', 415);
  const body = choiceBody.safeParse(await context.req.json().catch(() => undefined));
  if (!body.success) return context.text(z.prettifyError(body.error), 400);
  if ('ids' in body.data) return act(body.data);
  const { all: _, ...chosen } = body.data;
  return act({ filter: chosen });
}

const NO_CREDENTIAL =
  'the body of a dead letter holds texts that people wrote: send PLUGIN_TOKEN, or the content of the file plugin-token beside the journal, as a bearer credential';

/** What a dead letter holds. Not below `/ops/`: the operators' credential and their sessions do not open it. */
export function deadLetterBodyRoutes(
  desk: Pick<DeadLetterDesk, 'body'>,
  credential: Pick<Credential, 'isBearer'>,
): Hono {
  const routes = new Hono();
  routes.get('/dead-letters/:id{[1-9][0-9]{0,14}}/body', async (context) => {
    context.header('cache-control', 'no-store');
    if (!credential.isBearer(context.req.header('authorization') ?? ''))
      return context.text(NO_CREDENTIAL, 401);
    const body = await desk.body(Number(context.req.param('id')));
    return body === undefined ? context.text('there is no such dead letter', 404) : context.json({ body });
  });
  return routes;
}
