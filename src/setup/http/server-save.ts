import { findConnection } from '../connection-access.js';
import type { SetupPorts } from '../ports.js';
import { asBuiltIn, SAVE_LIMIT_MS, type SaveAnswer } from './built-in-save.js';
import { callerHeaders } from './caller.js';
import type { SetupContext } from './environment.js';
import type { Fields } from './fields.js';
import { refererOf, type SaveSender } from './forged-request.js';
import { showPage } from './show-page.js';
import { withTimeLimit } from './time-limit.js';

/** The types that the built-in integration begins an OAuth flow for. */
const OAUTH: ReadonlySet<string> = new Set(['oauth', 'oauthDefault', 'oauthPrivate']);

interface ServerSave {
  readonly fields: Fields;
  readonly sender: Exclude<SaveSender, 'forged'>;
  readonly passOn: () => void;
}

/**
 * A save that is the server's: an OAuth flow to begin, or a type that is unknown here. The built-in integration stores
 * the type with rights of its own whoever asks, so the person must be able to see the connection; and a window that
 * any page may have opened gets a page with one button, which sends the same parameters from our own origin.
 */
export async function saveOnServer(
  context: SetupContext,
  ports: SetupPorts,
  { fields, sender, passOn }: ServerSave,
): Promise<Response | SaveAnswer | 'forged'> {
  const connectionId = fields.get('cid');
  if (sender === 'unknown') {
    if (!OAUTH.has(fields.get('auth_type'))) return 'forged';
    const question = { parameters: fields.all, asker: refererOf(context.req.raw.headers) };
    return showPage(context, ports, { connectionId, origin: fields.get('origin'), question });
  }
  const autokitteh = ports.autokitteh.forCaller(callerHeaders(context.req.raw));
  return asBuiltIn(ports, fields, async () => {
    await withTimeLimit(ports.clock, SAVE_LIMIT_MS, 'reading the connection', (signal) =>
      findConnection(autokitteh, ports.integrationId, connectionId, signal),
    );
    passOn();
    return context.body(null, 204);
  });
}
