import { loadConfig, type Config } from '../config.js';
import { manifestFor, namedApp } from '../setup/app-name.js';
import { proposedApp } from '../setup/app-manifest.js';
import { readManifest } from '../contract/manifest.js';
import { systemClock } from '../core/clock.js';
import { journalTools } from './journal-tools.js';
import type { CommandPorts, Flags, SetupTools, Terminal } from './ports.js';
import { createOutbound } from '../core/outbound.js';
import { slackSiteOf } from '../slack/app-pages.js';
import { createSlackHttp } from '../slack/http.js';
import { createWebApi } from '../slack/web-api.js';
import { openServerLine } from '../server-line.js';
import { runConnectionDoctor } from './doctor/connection-doctor.js';
import { runDoctor } from './doctor/doctor.js';
import type { DevTools } from '../dev/command.js';
import { runningProgram } from './running-program.js';
import { SETTINGS, type Setting } from '../settings.js';

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
    running: (flags, url) => runningProgram(configOf(flags), url),
    doctor: (flags, url, tell) =>
      runDoctor(
        {
          config: () => configOf(flags),
          given: givenSettings(environment, flags),
          running: (config) => runningProgram(config, url),
        },
        tell,
      ),
    connectionDoctor: (flags, url, asked, tell) =>
      runConnectionDoctor(
        { config: () => configOf(flags), running: (config) => runningProgram(config, url), ...asked },
        tell,
      ),
    journal: journalTools(configOf),
    // Here and not above: the running program needs nothing of the demo.
    demo: async (options) => (await import('../demo/start.js')).startDemo(options),
    dev: async (flags, command) => (await dev(terminal)).run(configOf(flags), command),
    devRefuse: async (refusal, to) => (await dev(terminal)).refuse(refusal, to),
    devSend: async (request, options) => (await dev(terminal)).send(request, options),
  };
}

async function dev(terminal: Terminal): Promise<DevTools> {
  return (await import('../dev/command.js')).devTools((line) => terminal.out(line));
}

async function setupTools(config: Config): Promise<SetupTools> {
  const manifest = await readManifest(config.integrationManifest);
  const proposed = proposedApp(manifest.slackApp);
  const http = createSlackHttp(createOutbound(config.slackProxies));
  // Set-up is done with the person's own rights, never with the program's.
  const nobody = { token: () => Promise.resolve(undefined) };
  const server = openServerLine(config, nobody, systemClock);
  return {
    slack: createWebApi({ apiUrl: config.slackApiUrl, clock: systemClock, http }),
    autokittehOf: (token) =>
      server.forCaller(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    integrationId: manifest.integrationId,
    manifest: namedApp(proposed, undefined),
    manifestFor: (name, documented) => manifestFor({ manifest: proposed }, name, documented),
    slackSite: slackSiteOf(config.slackApiUrl),
    clock: systemClock,
    async close() {
      await Promise.all([http.close(), server.close()]);
    },
  };
}

/** The names of the settings that were given, as a flag, a variable or the file of a secret. */
function givenSettings(environment: NodeJS.ProcessEnv, flags: Flags): string[] {
  return SETTINGS.filter(({ name, secret }: Setting) => {
    const values = [flags[name], environment[name], secret === true ? environment[`${name}_FILE`] : ''];
    return values.some((value) => value !== undefined && value !== '');
  }).map(({ name }) => name);
}
