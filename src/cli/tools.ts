import { loadConfig, type Config } from '../config.js';
import { proposedApp, slackSiteOf } from '../setup/app-manifest.js';
import { readManifest } from '../contract/manifest.js';
import { systemClock } from '../core/clock.js';
import { errorMessage, PluginError } from '../core/errors.js';
import type { CommandPorts, Flags, MigratedJournal, RunningProgram, SetupTools, Terminal } from './ports.js';
import { createOutbound } from '../core/outbound.js';
import { createSlackHttp } from '../slack/http.js';
import { createWebApi } from '../slack/web-api.js';
import { readToken, tokenPath } from '../port-tokens.js';
import { openServerLine } from '../server-line.js';
import { placeOfJournal } from '../start-config.js';
import { isShared, migrateJournal, shownPlace } from '../storage/open.js';
import { urlOf } from '../core/listen.js';

/** What the command line works with, made from flags and environment when a command is run. */
export function commandPorts(
  environment: NodeJS.ProcessEnv,
  terminal: Terminal,
  version: string,
  start: (config: Config) => Promise<number>,
): CommandPorts {
  const configOf = (flags: Flags): Config => loadConfig(environment, flags, process.stdout.isTTY);
  return {
    version,
    terminal,
    start: (flags) => start(configOf(flags)),
    setupTools: (flags) => setupTools(configOf(flags)),
    running: (flags) => runningProgram(configOf(flags)),
    migrateJournal: (flags) => migrate(configOf(flags)),
  };
}

async function setupTools(config: Config): Promise<SetupTools> {
  const manifest = await readManifest(config.integrationManifest);
  const http = createSlackHttp(createOutbound(config.slackProxies));
  // Set-up is done with the person's own rights, never with the program's.
  const nobody = { token: () => Promise.resolve(undefined) };
  const server = openServerLine(config, nobody, systemClock);
  return {
    slack: createWebApi({ apiUrl: config.slackApiUrl, clock: systemClock, http }),
    autokittehOf: (token) =>
      server.forCaller(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    integrationId: manifest.integrationId,
    manifest: proposedApp(manifest.slackApp),
    slackSite: slackSiteOf(config.slackApiUrl),
    clock: systemClock,
    async close() {
      await Promise.all([http.close(), server.close()]);
    },
  };
}

async function migrate(config: Config): Promise<MigratedJournal> {
  const url = placeOfJournal(config);
  const place = shownPlace(url);
  if (!isShared(url)) return { place, migrated: undefined };
  return { place, migrated: await migrateJournal({ url, password: config.journalPassword }) };
}

function runningProgram(config: Config): RunningProgram {
  const base = urlOf(config.pluginListen);
  const ask = async (path: string, init: RequestInit = {}): Promise<unknown> => {
    const token = config.opsToken ?? (await readToken('opsToken', config));
    let response: Response;
    try {
      const authorization: Record<string, string> =
        token === undefined ? {} : { authorization: `Bearer ${token}` };
      response = await fetch(base + path, {
        ...init,
        // The program wants to know who sends what changes something, whatever the credential.
        headers: { ...authorization, 'content-type': 'application/json', origin: base },
      });
    } catch (cause) {
      const reason = errorMessage(cause instanceof Error && cause.cause !== undefined ? cause.cause : cause);
      throw new PluginError(
        'not_found',
        `no program listens at ${base} (${reason}): start the program, or set PLUGIN_LISTEN`,
        { cause },
      );
    }
    const text = await response.text();
    if (response.status === 401)
      throw new PluginError('forbidden', `${base} ${credentialAdvice(config, token !== undefined)}`);
    if (response.status === 400) throw new PluginError('bad_input', text);
    if (response.ok && response.headers.get('content-type')?.startsWith('application/json') === true)
      return JSON.parse(text);
    throw new PluginError(
      'not_found',
      `${base} is not an ak-slack server (HTTP ${response.status}): check PLUGIN_LISTEN`,
    );
  };
  return {
    url: base,
    get: (path) => ask(path),
    post: (path, body) => ask(path, { method: 'POST', body: JSON.stringify(body) }),
  };
}

/** What to do about a refusal, by where the credential came from. */
function credentialAdvice(config: Config, wasSent: boolean): string {
  if (config.opsToken !== undefined)
    return 'refused OPS_TOKEN: set it to the credential of the running program';
  const path = tokenPath('opsToken', config);
  if (path === undefined)
    return 'requires a credential: set OPS_TOKEN to the credential of the running program';
  if (wasSent)
    return `refused the credential in ${path}: set OPS_TOKEN, or JOURNAL_URL as the running program has it`;
  return `requires a credential, and there is no file ${path}: set OPS_TOKEN, or JOURNAL_URL as the running program has it`;
}
