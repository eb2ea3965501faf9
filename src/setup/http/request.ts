import type { Context } from 'hono';
import type { SecureHeadersVariables } from 'hono/secure-headers';
import type { CallerHeaders } from '../../autokitteh/client.js';
import { PluginError } from '../../core/errors.js';

/** What the one who asks for an answer can do besides giving it to the client. */
export interface Front {
  /** Has the server answer this request instead, once everything has been checked. Absent: there is no way to it. */
  readonly passOn?: () => void;
}

/** What the routes share through Hono's context: the nonce of the answer's Content-Security-Policy. */
export interface SetupEnvironment {
  Bindings: Front;
  Variables: SecureHeadersVariables;
}

export type SetupContext = Context<SetupEnvironment>;

/** The credentials of the person who asks, to be passed on to the server as they came. */
export function callerHeaders(request: Request): CallerHeaders {
  return {
    authorization: request.headers.get('authorization') ?? undefined,
    cookie: request.headers.get('cookie') ?? undefined,
  };
}

/** The parameters of a request, each with one value, wherever it stood. */
export interface Fields {
  /** The value, or an empty string. */
  get(name: string): string;
  readonly all: ReadonlyMap<string, string>;
}

// Far more than any form here has; AutoKitteh reads none of them when they are 10,000.
const MAX_PARAMETERS = 100;

const FORM_TYPE = /^application\/x-www-form-urlencoded\s*(?:;\s*charset="?utf-8"?\s*)?;?$/;

/**
 * Reads query and body. A form for AutoKitteh's server is decided upon here and read again there, by another parser:
 * what the two could read differently is refused, as `bad_input` with a sentence.
 */
export async function readFields(request: Request): Promise<Fields> {
  const texts = [new URL(request.url).search.slice(1)];
  if (request.method === 'POST') {
    const type = request.headers.get('content-type') ?? '';
    if (!FORM_TYPE.test(type.replace(/utf-8/i, 'utf-8').trim())) {
      throw new PluginError('bad_input', typeRefusal(type));
    }
    // One character for each byte, so that nothing is decoded yet.
    texts.push(Buffer.from(await request.arrayBuffer()).toString('latin1'));
  }
  const all = new Map<string, string>();
  for (const text of texts) {
    refuseAmbiguous(text);
    for (const [name, value] of new URLSearchParams(text)) {
      if ((all.get(name) ?? value) !== value) {
        const named = /^\w{1,64}$/.test(name) ? `the parameter ${name}` : 'a parameter';
        throw new PluginError('bad_input', `${named} has two values: send it once`);
      }
      all.set(name, value);
    }
  }
  return { get: (name) => all.get(name) ?? '', all };
}

// The first words are the built-in integration's.
function typeRefusal(type: string): string {
  return type.startsWith('application/x-www-form-urlencoded')
    ? 'unexpected content type: application/x-www-form-urlencoded takes no parameter here but charset=utf-8'
    : 'unexpected content type';
}

function refuseAmbiguous(text: string): void {
  const problem = problemOf(text);
  if (problem !== undefined) throw new PluginError('bad_input', `request parsing error: ${problem}`);
}

function problemOf(text: string): string | undefined {
  if (text.split('&').length > MAX_PARAMETERS)
    return `there are more than ${MAX_PARAMETERS} parameters: leave out what is not needed`;
  if (text.includes(';'))
    return 'a semicolon does not separate parameters: write & between them, and %3B in a value';
  if (/[^!-~]/.test(text)) return 'a space or a character that is not ASCII has to be percent-encoded';
  try {
    decodeURIComponent(text);
  } catch {
    return 'a percent sign is not followed by the code of a character in UTF-8';
  }
  return undefined;
}
