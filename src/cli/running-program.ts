import type { Config } from '../config.js';
import { errorMessage, PluginError } from '../core/errors.js';
import { urlOf } from '../core/listen.js';
import { readToken, tokenPath } from '../port-tokens.js';
import type { RunningProgram } from './ports.js';

// Long enough for thousands of dead letters, which are sent again before the answer.
const LIMIT_MS = 60_000;

type TokenName = 'opsToken' | 'pluginToken';

const SETTINGS: Readonly<Record<TokenName, string>> = { opsToken: 'OPS_TOKEN', pluginToken: 'PLUGIN_TOKEN' };

/** The program at `url`, or where it listens by its settings. */
export function runningProgram(config: Config, url: string = urlOf(config.pluginListen)): RunningProgram {
  const ask = async (
    path: string,
    init: RequestInit = {},
    name: TokenName = 'opsToken',
  ): Promise<unknown> => {
    const token = config[name] ?? (await readToken(name, config));
    const response = await reach(url, path, init, token);
    const text = await textOf(response, url);
    if (response.status === 401)
      throw new PluginError('forbidden', `${url} ${credentialAdvice(name, config, token !== undefined)}`);
    if (response.status === 400 || response.status === 413) throw new PluginError('bad_input', text);
    if (isJson(response)) {
      if (response.ok) return JSON.parse(text);
    } else if (response.status === 404 && text.startsWith('there is no'))
      throw new PluginError('not_found', text);
    throw new PluginError(
      'program_unavailable',
      `${url} is not an ak-slack server (HTTP ${response.status}): check PLUGIN_LISTEN or --url`,
    );
  };
  return {
    url,
    get: (path) => ask(path),
    post: (path, body) => ask(path, { method: 'POST', body: JSON.stringify(body) }),
    getAsPlugin: (path) => ask(path, {}, 'pluginToken'),
  };
}

async function reach(
  url: string,
  path: string,
  init: RequestInit,
  token: string | undefined,
): Promise<Response> {
  const authorization: Record<string, string> =
    token === undefined ? {} : { authorization: `Bearer ${token}` };
  try {
    return await fetch(url + path, {
      ...init,
      // A balancer that sends people elsewhere must not get the credential there.
      redirect: 'manual',
      signal: AbortSignal.timeout(LIMIT_MS),
      // The program wants to know who sends what changes something, whatever the credential.
      headers: { ...authorization, 'content-type': 'application/json', origin: new URL(url).origin },
    });
  } catch (cause) {
    throw unreachable(url, cause);
  }
}

async function textOf(response: Response, url: string): Promise<string> {
  try {
    return await response.text();
  } catch (cause) {
    throw unreachable(url, cause);
  }
}

function unreachable(url: string, cause: unknown): PluginError {
  const reason = errorMessage(cause instanceof Error && cause.cause !== undefined ? cause.cause : cause);
  return new PluginError(
    'program_unavailable',
    `no program listens at ${url} (${reason}): start the program, or set PLUGIN_LISTEN or --url`,
    { cause },
  );
}

function isJson(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('application/json') === true;
}

/** What to do about a refusal, by where the credential came from. */
function credentialAdvice(name: TokenName, config: Config, wasSent: boolean): string {
  const setting = SETTINGS[name];
  if (config[name] !== undefined)
    return `refused ${setting}: set it to the credential of the running program`;
  const path = tokenPath(name, config);
  if (path === undefined)
    return `requires a credential: set ${setting} to the credential of the running program`;
  if (wasSent)
    return `refused the credential in ${path}: set ${setting}, or set JOURNAL_URL as for the running program`;
  return `requires a credential, and there is no file ${path}: set ${setting}, or set JOURNAL_URL as for the running program`;
}
