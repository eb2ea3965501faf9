import { pastedToken } from '../../browser/token-shape.js';
import { cutText } from '../../core/text.js';
import { isConnectionId } from '../../autokitteh/ids.js';
import { PluginError } from '../../core/errors.js';
import { isSocketMode } from '../../connections/variables.js';
import { findConnection } from '../connection-access.js';
import type { PersonsAutoKitteh, SetupPorts } from '../ports.js';
import { saveConnection } from '../stored-tokens.js';
import type { Fields } from './request.js';
import { refusalOf, refusalOfCheck, type Refusal } from './refusal.js';
import { withAnswerLimit } from '../answer-limit.js';
import { isOrigin, vscodeFailure, wayBack } from '../way-back.js';

// AutoKitteh's web UI gives up after ten seconds.
export const SAVE_LIMIT_MS = 9_000;

/** A redirect, or a refusal in plain text. */
export type SaveAnswer = { readonly location: string } | Refusal;

/**
 * The save endpoint as AutoKitteh's own user interfaces use the built-in integration's: same parameters, texts and
 * redirects, but nothing is stored before the person's right to the connection and both tokens have been checked.
 */
export function saveLikeBuiltIn(
  ports: SetupPorts,
  autokitteh: PersonsAutoKitteh,
  fields: Fields,
): Promise<SaveAnswer> {
  return asBuiltIn(ports, fields, () => trySave(ports, autokitteh, fields));
}

/** What `work` gives, or why it failed as the built-in integration says it: to VS Code by an address of its own. */
export async function asBuiltIn<Answer extends object>(
  ports: SetupPorts,
  fields: Fields,
  work: () => Promise<Answer | Refusal>,
): Promise<Answer | SaveAnswer> {
  const answer = await work().catch((error: unknown) => {
    const refusal = refusalOf(error);
    if (refusal.status === 500) ports.log.error({ err: error }, 'saving a connection failed');
    return refusal;
  });
  if (!isRefusal(answer) || fields.get('origin') !== 'vscode') return answer;
  return { location: vscodeFailure(fields.get('cid'), answer.status, answer.text) };
}

function isRefusal(answer: object): answer is Refusal {
  return 'status' in answer && 'text' in answer && typeof answer.text === 'string';
}

async function trySave(
  ports: SetupPorts,
  autokitteh: PersonsAutoKitteh,
  fields: Fields,
): Promise<SaveAnswer> {
  const connectionId = fields.get('cid');
  const origin = fields.get('origin');
  const tokens = {
    botToken: pastedToken(fields.get('bot_token')),
    appToken: pastedToken(fields.get('app_token')),
  };
  if (!isConnectionId(connectionId)) throw new PluginError('bad_input', 'invalid connection ID');
  refuseAuthType(fields.get('auth_type'));
  if (tokens.botToken === '' || tokens.appToken === '') {
    throw new PluginError('bad_input', 'missing private Socket Mode app details');
  }
  if (!isOrigin(origin)) throw new PluginError('bad_input', 'bad redirect URL');
  const check = await withAnswerLimit(ports, autokitteh, SAVE_LIMIT_MS, async ({ signal, ...servers }) => {
    await findConnection(servers.autokitteh, ports.integrationId, connectionId, signal);
    const authType = fields.get('auth_type');
    return saveConnection(
      { ...servers, clock: ports.clock, connections: ports.connections },
      { connectionId, authType, ...tokens },
      signal,
    );
  });
  if (check.t === 'failed') return refusalOfCheck(check);
  await ports.connections.announceChange(connectionId);
  return { location: wayBack(origin, connectionId, ports.serverUrl) };
}

/** Throws unless this is Socket Mode, in one of its two spellings. */
export function refuseAuthType(authType: string): void {
  if (isSocketMode(authType)) return;
  const sentence = authType.startsWith('oauth')
    ? 'OAuth connections are saved by the AutoKitteh server: send this request to it'
    : `unexpected auth type "${cutText(authType, 64)}"`;
  throw new PluginError('bad_input', sentence);
}
