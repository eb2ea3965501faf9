import type { Config } from '../../config.js';
import { systemClock } from '../../core/clock.js';
import { createOutbound } from '../../core/outbound.js';
import { counted } from '../../core/words.js';
import { openOwnLine, outboundTo } from '../../server-line.js';
import { createSlackHttp } from '../../slack/http.js';
import type { RunningProgram } from '../ports.js';
import type { Finding, Tell } from './finding.js';
import { tryJournal } from './journal-step.js';
import { socketsOf, tryProgram } from './program-steps.js';
import { tryConnections, tryDispatch, tryRights, tryServer } from './server-steps.js';
import { trySlack, trySockets } from './slack-steps.js';
import { trySettings } from './settings-step.js';

export interface DoctorOptions {
  /** Throws what is wrong with the settings. */
  readonly config: () => Config;
  /** The settings that were given, by name. */
  readonly given: readonly string[];
  readonly running: (config: Config) => RunningProgram;
}

/** Tries what a start needs, step by step, and tells of each what was found. Changes nothing. */
export async function runDoctor({ config: load, given, running }: DoctorOptions, tell: Tell): Promise<void> {
  const settings = await trySettings(load, tell);
  if (settings === undefined) return;
  const { config, manifest } = settings;
  tell(settingsFinding(given));
  const { findings, overview } = await tryProgram(running(config));
  findings.forEach(tell);
  tell(await tryJournal(config));
  const toServer = createSlackHttp(outboundTo(config));
  const http = createSlackHttp(createOutbound(config.slackProxies));
  const server = openOwnLine(config, systemClock);
  try {
    tell(await tryServer(config, toServer));
    tell(await tryRights(config, server, manifest.integrationId, systemClock));
    const { finding, apps } = await tryConnections(server, manifest.integrationId);
    tell(finding);
    tell(await trySlack(config, http));
    const sockets = overview === undefined ? await trySockets(config, http, apps) : socketsOf(overview);
    (sockets.length === 0 ? [NO_SOCKET] : sockets).forEach(tell);
    tell(await tryDispatch(server));
  } finally {
    await Promise.all([toServer.close(), http.close(), server.close()]);
  }
}

const NO_SOCKET: Finding = {
  ...{ step: 'socket', verdict: 'skipped' },
  found: 'There is no app-level token to open one with: `ak-slack check` tries tokens.',
};

function settingsFinding(given: readonly string[]): Finding {
  const names = given.length === 0 ? 'all have their defaults' : given.join(', ');
  return {
    step: 'settings',
    verdict: 'ok',
    found: `All settings are valid; ${counted(given.length, 'is', 'are')} set: ${names}.`,
  };
}
