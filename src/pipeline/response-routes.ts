import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { PORT_LIMITS } from '../http/limits.js';
import type { AnswerDesk } from './pending-responses.js';

/** Where an event's address lies below the public base. */
export const ANSWERS_PATH = '/slack/assets/answers';

/** Whether an answer may still be posted to this path. */
export function awaitsAnswer(desk: AnswerDesk, path: string): boolean {
  return path.startsWith(`${ANSWERS_PATH}/`) && desk.isOpen(path.slice(ANSWERS_PATH.length + 1));
}

/** `POST /slack/assets/answers/<ticket>` with a JSON object. The ticket is the credential. */
export function answerRoutes(desk: AnswerDesk): Hono {
  const routes = new Hono();
  const limit = bodyLimit({
    maxSize: PORT_LIMITS.workflowAnswerBytes,
    // The rest of it is not read: the connection cannot be used again.
    onError: (context) => context.text('the answer is too long', 413, { connection: 'close' }),
  });
  routes.post(`${ANSWERS_PATH}/:ticket`, async (context, next) => {
    // Anybody may post to any address: nothing is read for one that waits for nothing.
    if (desk.isOpen(context.req.param('ticket'))) return next();
    return gone(context, { connection: 'close' });
  });
  routes.post(`${ANSWERS_PATH}/:ticket`, limit, async (context) => {
    let answer: unknown;
    try {
      answer = JSON.parse(await context.req.text());
    } catch {
      return context.text('the answer must be JSON', 400);
    }
    const posted = desk.post(context.req.param('ticket'), answer);
    switch (posted.t) {
      case 'accepted':
        return context.json({ ok: true });
      case 'gone':
        return gone(context);
      case 'refused':
        return context.text(posted.problem, 400);
    }
  });
  return routes;
}

function gone(context: Context, headers: Record<string, string> = {}): Response {
  return context.text('answered already, or too late: Slack waits three seconds', 410, headers);
}
