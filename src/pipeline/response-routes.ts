import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { PORT_LIMITS } from '../http/limits.js';
import { RESPONSES_PATH, type PendingResponses } from './pending-responses.js';

/** `POST /slack/assets/answers/<token>` with a JSON object. The token is the credential. */
export function responseRoutes(responses: PendingResponses): Hono {
  const routes = new Hono();
  const limit = bodyLimit({
    maxSize: PORT_LIMITS.workflowAnswerBytes,
    // The rest of it is not read: the connection cannot be used again.
    onError: (context) =>
      context.text(`the answer is longer than ${PORT_LIMITS.workflowAnswerBytes} bytes`, 413, {
        connection: 'close',
      }),
  });
  routes.post(`${RESPONSES_PATH}/:token`, async (context, next) => {
    // Anybody may post to any address: nothing is read for one that waits for nothing.
    if (await responses.isOpen(context.req.param('token'))) return next();
    responses.noteLate(context.req.param('token'));
    return gone(context, { connection: 'close' });
  });
  routes.post(`${RESPONSES_PATH}/:token`, limit, async (context) => {
    let answer: unknown;
    try {
      answer = JSON.parse(await context.req.text());
    } catch {
      responses.fates.emit('refused');
      return context.text('the answer must be JSON', 400);
    }
    const posted = await responses.post(context.req.param('token'), answer);
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
  return context.text(
    'this was answered already, or the answer came too late: Slack waits three seconds',
    410,
    headers,
  );
}
