import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startApp, type App } from '../app.js';
import type { OneConnection } from '../autokitteh/one-connection.js';
import type { Config } from '../config.js';
import { LIVE_POLICY } from '../connections/policy.js';
import { Channel } from '../core/channel.js';
import { systemClock } from '../core/clock.js';
import { createLog } from '../core/log.js';
import { NO_PROXIES } from '../core/proxy.js';
import { OwnSecrets } from '../core/scrub.js';
import { DEFAULT_LIMITS } from '../delivery/limits.js';
import { secretsOf } from '../settings.js';
import { DEFAULT_POLICY } from '../slack/policy.js';
import type { StartConfig } from '../start-config.js';
import { openJournal } from '../storage/open.js';
import { VERSION } from '../version.js';

interface LimitedProgramOptions {
  readonly slackApiUrl: string;
  /** Of its journal; must not be there yet. */
  readonly folder: string;
  /** Gets each line of its log. */
  readonly tell: (line: string) => void;
}

export interface LimitedProgram {
  readonly app: App;
  stop(): Promise<void>;
}

/**
 * Starts the program in this process for one connection and the scripted Slack: without a gateway, on a port of its own, with a
 * journal that is removed at its end.
 */
export async function startLimitedProgram(
  given: Config,
  one: OneConnection,
  { slackApiUrl, folder, tell }: LimitedProgramOptions,
): Promise<LimitedProgram> {
  await mkdir(folder, { mode: 0o700 });
  const removeFolder = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const { gatewayPublicUrl: _, ...others } = given;
  const config: StartConfig = {
    ...others,
    gatewayPublicUrl: undefined,
    slackApiUrl,
    slackProxies: NO_PROXIES,
    gatewayListen: 'off',
    pluginListen: { host: '127.0.0.1', port: 0 },
    journalUrl: join(folder, 'journal.sqlite'),
    pluginToken: randomBytes(32).toString('base64url'),
    opsToken: randomBytes(32).toString('base64url'),
    onlyConnection: one,
  };
  const log = createLog(
    { level: config.logLevel, format: 'pretty', secrets: new OwnSecrets(secretsOf(config)) },
    { write: (line) => tell(line.trimEnd()) },
  );
  const replica = { name: config.replicaName, version: VERSION };
  try {
    const app = await startApp(config, {
      ...{ clock: systemClock, random: Math.random, log, version: VERSION, faults: new Channel() },
      ...{ live: LIVE_POLICY, sockets: DEFAULT_POLICY, delivery: DEFAULT_LIMITS },
      changedSecrets: new Channel(),
      nameConnections: () => undefined,
      openJournal: (place) =>
        openJournal({
          ...{ place, password: undefined, replica, clock: systemClock },
          ...{ maxBytes: config.journalMaxBytes, backups: 0 },
        }),
    });
    return {
      app,
      async stop() {
        await app.stop();
        await removeFolder();
      },
    };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}
