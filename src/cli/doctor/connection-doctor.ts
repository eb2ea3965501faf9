import type { AutoKitteh } from '../../autokitteh/client.js';
import type { Config } from '../../config.js';
import { setupStateOf, type SetupState } from '../../connections/variables.js';
import { deadline } from '../../core/cancellation.js';
import { systemClock } from '../../core/clock.js';
import { createOutbound } from '../../core/outbound.js';
import { openOwnLine } from '../../server-line.js';
import { createSlackHttp } from '../../slack/http.js';
import { createWebApi } from '../../slack/web-api.js';
import type { RunningProgram } from '../ports.js';
import { tryApp, type AppFacts } from './app-steps.js';
import { choiceFindings } from './choice-steps.js';
import { tryConnection, tryDeployment, type KnownConnection } from './connection-steps.js';
import type { AskedConnection, Tell } from './finding.js';
import { tryEvents } from './event-steps.js';
import { askProgram, socketFindings, waitingFindings } from './live-steps.js';
import { tryTriggers } from './trigger-steps.js';
import { trySettings } from './settings-step.js';

export interface ConnectionDoctorOptions extends AskedConnection {
  /** Throws what is wrong with the settings. */
  readonly config: () => Config;
  readonly running: (config: Config) => RunningProgram;
}

// Each call has a limit of its own; all of them together take a few seconds.
const LIMIT_MS = 60_000;

/**
 * Goes through the list of docs/authors/why-no-event.md for one connection, and tells of each point what was found. Changes
 * nothing, and opens no socket.
 */
export async function runConnectionDoctor(options: ConnectionDoctorOptions, tell: Tell): Promise<void> {
  const settings = await trySettings(options.config, tell);
  if (settings === undefined) return;
  const { config, manifest } = settings;
  const { userToken } = options;
  const line = openOwnLine(config, systemClock);
  const server = userToken === undefined ? line : line.forCaller({ authorization: `Bearer ${userToken}` });
  const http = createSlackHttp(createOutbound(config.slackProxies));
  const limit = deadline(systemClock, LIMIT_MS, 'the doctor');
  try {
    const { finding, known } = await tryConnection(
      server,
      manifest.integrationId,
      options.named,
      limit.signal,
    );
    tell(finding);
    if (known === undefined) return;
    const slack = createWebApi({ apiUrl: config.slackApiUrl, clock: systemClock, http });
    await goThrough(known, { ...options, config, server, slack, signal: limit.signal, tell });
  } finally {
    limit.cleanup();
    await Promise.all([http.close(), line.close()]);
  }
}

interface Asked extends Pick<ConnectionDoctorOptions, 'running' | 'appConfigToken'> {
  readonly config: Config;
  readonly server: AutoKitteh;
  readonly slack: ReturnType<typeof createWebApi>;
  readonly signal: AbortSignal;
  readonly tell: Tell;
}

async function goThrough(known: KnownConnection, asked: Asked): Promise<void> {
  const { server, slack, signal, tell } = asked;
  const setup: SetupState = setupStateOf(known.variables);
  const app: AppFacts = await tryApp(slack, setup, signal);
  app.findings.forEach(tell);
  const program = await askProgram(asked.running(asked.config));
  socketFindings(program, known, setup).forEach(tell);
  tell(await tryDeployment(server, known, signal));
  const triggers = await tryTriggers(server, slack, { ...asked, known, app });
  triggers.findings.forEach(tell);
  choiceFindings(known.variables, app).forEach(tell);
  waitingFindings(program, known).forEach(tell);
  const facts = { known, triggers: triggers.triggers, program };
  for (const finding of await tryEvents(server, facts, signal)) tell(finding);
}
