import { isSocketMode } from '../../connections/variables.js';
import { PluginError } from '../../core/errors.js';
import type { RareLines } from '../../core/rare-lines.js';
import { cutText } from '../../core/text.js';
import { refererOf, senderOf, type Sender } from '../../http/request-sender.js';
import { withAnswerLimit } from '../answer-limit.js';
import { findConnection } from '../connection-access.js';
import type { PagePorts } from '../events/connection-events.js';
import type { OpenedSockets } from '../opened-sockets.js';
import { personsAutoKitteh, WriteUnansweredError } from '../persons-autokitteh.js';
import { asBuiltIn, SAVE_LIMIT_MS, saveLikeBuiltIn, type SaveAnswer } from './built-in-save.js';
import { doAction, typedAppId } from './page-action.js';
import { refusalOf } from './refusal.js';
import { callerHeaders, readFields, type Fields, type SetupContext } from './request.js';
import { showPage } from './show-page.js';

export interface SaveParts {
  readonly ports: PagePorts;
  readonly opened: OpenedSockets;
  /** Lines about forms that were refused, by status. */
  readonly rare: RareLines;
}

/**
 * `/slack/save`: the built-in integration's contract, or a button of our own page (`action`). Who sent it is judged
 * first, then whether it can be read in one way only, then whose connection it is.
 */
export async function answerSave(context: SetupContext, parts: SaveParts): Promise<Response> {
  const { ports, opened } = parts;
  const request = context.req.raw;
  context.header('cache-control', 'no-store');
  // The server's save takes GET as well.
  const sender = senderOf(request.method, request.headers, ports);
  if (sender === 'forged') return forged(context);
  const fields = await readFields(request);
  const button = fields.get('action') !== '';
  if (context.env.passOn !== undefined && !button && !isSocketMode(fields.get('auth_type'))) {
    const answer = await saveOnServer(context, ports, { fields, sender, passOn: context.env.passOn });
    if (answer === 'forged') return forged(context);
    return answer instanceof Response ? answer : send(context, parts, fields, answer);
  }
  if (request.method !== 'POST') {
    // Tokens do not belong in addresses, and AutoKitteh's cookies come along with foreign links.
    throw new PluginError('bad_input', 'Socket Mode connections are saved with POST');
  }
  if (button) return answerAction(context, ports, opened, fields);
  const autokitteh = personsAutoKitteh(ports, callerHeaders(request));
  return send(context, parts, fields, await saveLikeBuiltIn(ports, autokitteh, fields));
}

function forged(context: SetupContext): Response {
  return context.text('this form was sent by another site', 403);
}

function send(
  context: SetupContext,
  { ports, rare }: SaveParts,
  fields: Fields,
  answer: SaveAnswer,
): Response {
  if ('location' in answer) return context.redirect(answer.location, 302);
  // Anybody may post forms that are refused.
  const heldBack = rare.next(String(answer.status));
  if (heldBack !== undefined)
    ports.log.info(
      {
        connectionId: cutText(fields.get('cid'), 64),
        answer: answer.text,
        ...(heldBack > 0 && { alike: heldBack }),
      },
      'connection not saved',
    );
  return context.text(answer.text, answer.status);
}

async function answerAction(
  context: SetupContext,
  ports: PagePorts,
  opened: OpenedSockets,
  fields: Fields,
): Promise<Response> {
  const address = {
    connectionId: fields.get('cid'),
    origin: fields.get('origin'),
    appId: typedAppId(fields),
    documented: fields.get('app') === 'documented',
  };
  const autokitteh = personsAutoKitteh(ports, callerHeaders(context.req.raw));
  try {
    const answer = await doAction(ports, opened, autokitteh, fields);
    if (answer.t === 'ask') return await showPage(context, ports, { ...address, confirms: true });
    if (answer.t === 'outcome') {
      const { outcome } = answer;
      const appId = outcome.t === 'app_done' ? outcome.appId : address.appId;
      return await showPage(context, ports, { ...address, ...answer, appId });
    }
    const query = new URLSearchParams({ cid: address.connectionId, origin: address.origin });
    return context.redirect(`/slack/?${query.toString()}`, 303);
  } catch (error) {
    const { status, text } = refusalOf(error);
    if (status === 500) throw error;
    return showPage(context, ports, {
      ...address,
      status,
      outcome: {
        t: 'refused',
        action: fields.get('action'),
        sentence: text,
        stored: error instanceof WriteUnansweredError ? 'unknown' : 'nothing',
      },
    });
  }
}

/** The types that the built-in integration begins an OAuth flow for. */
const OAUTH: ReadonlySet<string> = new Set(['oauth', 'oauthDefault', 'oauthPrivate']);

interface ServerSave {
  readonly fields: Fields;
  readonly sender: Exclude<Sender, 'forged'>;
  readonly passOn: () => void;
}

/**
 * A save that is the server's: an OAuth flow to begin, or a type that is unknown here. The built-in integration stores
 * the type with rights of its own whoever asks, so the person must be able to see the connection; and a window that
 * any page may have opened gets a page with one button, which sends the same parameters from our own origin.
 */
async function saveOnServer(
  context: SetupContext,
  ports: PagePorts,
  { fields, sender, passOn }: ServerSave,
): Promise<Response | SaveAnswer | 'forged'> {
  const connectionId = fields.get('cid');
  if (sender === 'unknown') {
    if (!OAUTH.has(fields.get('auth_type'))) return 'forged';
    const question = { parameters: fields.all, asker: refererOf(context.req.raw.headers) };
    return showPage(context, ports, { connectionId, origin: fields.get('origin'), question });
  }
  const autokitteh = personsAutoKitteh(ports, callerHeaders(context.req.raw));
  return asBuiltIn(ports, fields, async () => {
    await withAnswerLimit(ports, autokitteh, SAVE_LIMIT_MS, ({ signal }) =>
      findConnection(autokitteh, ports.integrationId, connectionId, signal),
    );
    passOn();
    return context.body(null, 204);
  });
}
