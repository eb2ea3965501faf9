import { PluginError } from '../../../core/errors.js';
import type { OpenedSockets } from '../opened-sockets.js';
import type { SetupPorts } from '../ports.js';
import { saveLikeBuiltIn } from './built-in-save.js';
import { callerHeaders } from './caller.js';
import type { SetupContext } from './environment.js';
import { readFields, type Fields } from './fields.js';
import { isForged } from './forged-request.js';
import { doAction } from './page-action.js';
import { refusalOf } from './refusal.js';
import { showPage } from './show-page.js';

/** `/slack/save`: the built-in integration's contract, or a button of our own page (`action`). */
export async function answerSave(
  context: SetupContext,
  ports: SetupPorts,
  opened: OpenedSockets,
): Promise<Response> {
  const request = context.req.raw;
  context.header('cache-control', 'no-store');
  if (isForged(request, ports)) return context.text('this form was sent by another site', 403);
  const fields = await readFields(request);
  if (request.method !== 'POST') {
    // Tokens do not belong in addresses, and AutoKitteh's cookies come along with foreign links.
    throw new PluginError('bad_input', 'Socket Mode connections are saved with POST');
  }
  const autokitteh = ports.autokitteh.forCaller(callerHeaders(request));
  if (fields.get('action') !== '') return answerAction(context, ports, opened, fields);
  const answer = await saveLikeBuiltIn(ports, autokitteh, fields);
  if ('location' in answer) return context.redirect(answer.location, 302);
  ports.log.info(
    { connectionId: fields.get('cid').slice(0, 64), answer: answer.text },
    'connection not saved',
  );
  return context.text(answer.text, answer.status);
}

async function answerAction(
  context: SetupContext,
  ports: SetupPorts,
  opened: OpenedSockets,
  fields: Fields,
): Promise<Response> {
  const address = { connectionId: fields.get('cid'), origin: fields.get('origin') };
  const autokitteh = ports.autokitteh.forCaller(callerHeaders(context.req.raw));
  try {
    const answer = await doAction(ports, opened, autokitteh, fields);
    if (answer.t === 'outcome') return await showPage(context, ports, { ...address, ...answer });
    const query = new URLSearchParams({ cid: address.connectionId, origin: address.origin });
    return context.redirect(`/slack/?${query.toString()}`, 303);
  } catch (error) {
    const { status, text } = refusalOf(error);
    if (status === 500) throw error;
    return showPage(context, ports, {
      ...address,
      status,
      outcome: { t: 'refused', action: fields.get('action'), sentence: text },
    });
  }
}
