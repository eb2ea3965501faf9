#!/usr/bin/env node
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import { startApp } from './app.js';
import { readHiddenLine } from './cli/hidden-input.js';
import { commandPorts } from './cli/tools.js';
import { openJournal, shownPlace } from './storage/open.js';
import { startConfig } from './start-config.js';
import type { Config } from './config.js';
import { LIVE_POLICY } from './connections/policy.js';
import type { Channel } from './core/channel.js';
import { systemClock } from './core/clock.js';
import { createLog } from './core/log.js';
import { guardStart, STOP_SIGNALS, stopAsked, watchProcess } from './core/process-end.js';
import { OwnSecrets } from './core/scrub.js';
import { terminalText } from './core/terminal-text.js';
import { DEFAULT_LIMITS, type DeliveryLimits } from './delivery/limits.js';
import { runCommandLine } from './cli/command-line.js';
import { SecretFiles, type ChangedSecret } from './secret-files.js';
import { flagOf, secretsOf, SETTINGS, type Setting } from './settings.js';
import { DEFAULT_POLICY } from './slack/policy.js';
import { VERSION } from './version.js';

// What was pasted beyond the line that was asked for.
const pasted = { text: '' };

const terminal = {
  out: (line: string) => void process.stdout.write(`${terminalText(line)}\n`),
  error: (line: string) => void process.stderr.write(`${terminalText(line)}\n`),
  columns: process.stdout.isTTY ? process.stdout.columns : 80,
  typed: process.stdin.isTTY,
  read: () => text(process.stdin),
  readHidden: async (prompt: string) => {
    process.stderr.write(prompt);
    const line = await readHiddenLine(process.stdin, pasted);
    process.stderr.write('\n');
    return line;
  },
};

/**
 * Runs until the first SIGINT or SIGTERM, then stops in order and resolves with 0; a second signal ends the process at
 * once. An uncaught exception is like a signal, but resolves with 1, and the process ends after 5 s at the latest.
 */
async function run(given: Config): Promise<number> {
  const asked = stopAsked();
  const startIsOver = guardStart(asked, terminal.error);
  const config = await startConfig(given);
  const secrets = new OwnSecrets(secretsOf(config));
  let connectionName: (id: string) => string | undefined = () => undefined;
  const log = createLog({
    ...{ level: config.logLevel, format: config.logFormat, secrets },
    connectionName: (id) => connectionName(id),
  });
  const secretFiles = new SecretFiles({
    files: config.secretFiles.filter(({ name }) => name !== 'AUTOKITTEH_PROXY'),
    hide: (secret) => secrets.hide(secret),
    ...{ clock: systemClock, log },
  });
  if (config.journalMoveTo !== undefined) log.warn(movingAdvice(config.journalUrl, config.journalMoveTo));
  const faults = watchProcess(log);
  const { journalMaxBytes: maxBytes, journalBackups: backups, replicaName: name } = config;
  const password = currentPassword(config, secretFiles.changed);
  const replica = { name, version: VERSION };
  const app = await startApp(config, {
    ...{ clock: systemClock, random: Math.random, log, version: VERSION, faults: faults.events },
    ...{ live: LIVE_POLICY, sockets: DEFAULT_POLICY, delivery: limitsOf(config) },
    changedSecrets: secretFiles.changed,
    nameConnections: (nameOf) => (connectionName = nameOf),
    openJournal: (place) => openJournal({ place, password, maxBytes, backups, replica, clock: systemClock }),
  });
  startIsOver();
  secretFiles.start();
  log.info(
    {
      ...{ plugin: app.pluginUrl, gateway: app.gatewayUrl ?? 'off' },
      ...{ autokitteh: config.autokittehUrl, journal: shownPlace(config.journalUrl) },
    },
    'running',
  );
  const signal = await Promise.race([asked, faults.fatal]);
  if (signal !== undefined) log.info(`received ${signal}, shutting down (send it again to force)`);
  for (const signal of STOP_SIGNALS) process.once(signal, () => process.exit(1));
  await secretFiles.stop();
  await app.stop();
  log.info('stopped');
  return signal === undefined ? 1 : 0;
}

/** PostgreSQL's password, as its file says it when a connection is made; nothing where no setting gives one. */
function currentPassword(
  { journalPassword }: Config,
  changed: Channel<ChangedSecret>,
): (() => string) | undefined {
  if (journalPassword === undefined) return undefined;
  let password = journalPassword;
  changed.subscribe(({ name, value }) => {
    if (name === 'JOURNAL_PASSWORD') password = value;
  });
  return () => password;
}

/** What the settings say of delivery. */
function limitsOf({ journalRetention, dispatchAttempts }: Config): DeliveryLimits {
  return {
    ...DEFAULT_LIMITS,
    ...{ keysMs: journalRetention, pathsMs: journalRetention, attempts: dispatchAttempts },
  };
}

function movingAdvice(from: string, to: string): string {
  return `the journal is still in the folder of earlier versions: to move it, stop the program, move the files ${from}*, plugin-token and ops-token from there to ${dirname(to)}, and start it again`;
}

const settings = SETTINGS.map((setting: Setting) => ({ ...setting, flag: flagOf(setting) }));
const code = await runCommandLine(
  process.argv.slice(2),
  settings,
  commandPorts(process.env, terminal, VERSION, run),
);
// What is still open by now is idle keep-alive connections at most.
process.exit(code);
