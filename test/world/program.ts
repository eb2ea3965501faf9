import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp, type App, type Dependencies } from '../../src/app.js';
import { openJournal } from '../../src/storage/open.js';
import { SecretFiles } from '../../src/secret-files.js';
import { startConfig } from '../../src/start-config.js';
import { loadConfig, type Settings } from '../../src/config.js';
import { LIVE_POLICY } from '../../src/connections/policy.js';
import { systemClock } from '../../src/core/clock.js';
import { Channel } from '../../src/core/channel.js';
import { createLog } from '../../src/core/log.js';
import { seededRandom } from '../../src/core/random.js';
import { DEFAULT_LIMITS } from '../../src/delivery/limits.js';
import { DEFAULT_POLICY } from '../../src/slack/policy.js';

/** The credentials of every program that is started so. */
export const PLUGIN_TOKEN = 'credential-of-the-contract';
export const OPS_TOKEN = 'credential-of-operators';

/** What a call of the contract of such a program must carry. */
export const AS_SERVER = { authorization: `Bearer ${PLUGIN_TOKEN}` };

/** What a request to `/ops/` or `/metrics` of such a program must carry. */
export const AS_OPERATOR = { authorization: `Bearer ${OPS_TOKEN}` };

/** The whole program in this process, on ports and files of its own. */
export interface Program {
  readonly app: App;
  readonly gatewayUrl: string;
  readonly pluginUrl: string;
  /** Everything that it logged, as JSON lines. */
  readonly logged: string[];
  /** Stops it and starts it again on the same journal, with what has changed. */
  restart(changed?: Settings): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the program beside the given server and Slack; `more` overrides settings, `other` policies and clocks. */
export async function startProgram(
  peers: {
    readonly autokittehUrl: string;
    readonly signKey: string;
    readonly slackApiUrl: string;
    /** Variables of the environment that have no flags. */
    readonly environment?: Readonly<Record<string, string>>;
  },
  more: Settings = {},
  other: Partial<Dependencies> = {},
): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), 'program-'));
  const logged: string[] = [];
  const environment = {
    ...peers.environment,
    AUTOKITTEH_URL: peers.autokittehUrl,
    AUTOKITTEH_SIGN_KEY: peers.signKey,
    SLACK_API_URL: peers.slackApiUrl,
    GATEWAY_LISTEN: '127.0.0.1:0',
    PLUGIN_LISTEN: '127.0.0.1:0',
    JOURNAL_URL: `sqlite:${join(folder, 'journal.sqlite')}`,
    PLUGIN_TOKEN,
    OPS_TOKEN,
  };
  let secretFiles: SecretFiles | undefined;
  const start = async (): Promise<App> => {
    const config = await startConfig(loadConfig(environment, more, false));
    const { journalPassword: password, journalMaxBytes: maxBytes, replicaName } = config;
    const replica = { name: replicaName, version: 'test' };
    let connectionName: (id: string) => string | undefined = () => undefined;
    const log = createLog(
      { level: config.logLevel, format: 'json', connectionName: (id) => connectionName(id) },
      { write: (line) => void logged.push(line) },
    );
    await secretFiles?.stop();
    secretFiles = new SecretFiles({
      files: config.secretFiles,
      clock: systemClock,
      log,
      hide: () => undefined,
    });
    secretFiles.start();
    return startApp(config, {
      clock: systemClock,
      random: seededRandom(1),
      log,
      version: 'test',
      faults: new Channel(),
      changedSecrets: secretFiles.changed,
      nameConnections: (nameOf) => (connectionName = nameOf),
      live: LIVE_POLICY,
      sockets: DEFAULT_POLICY,
      delivery: DEFAULT_LIMITS,
      openJournal: (place) =>
        openJournal({ place, password, maxBytes, backups: 0, replica, clock: systemClock }),
      ...other,
    });
  };
  let app = await start();
  return {
    get app() {
      return app;
    },
    get gatewayUrl() {
      return app.gatewayUrl ?? '';
    },
    get pluginUrl() {
      return app.pluginUrl;
    },
    logged,
    async restart(changed = {}) {
      await app.stop();
      Object.assign(environment, changed);
      app = await start();
    },
    async stop() {
      await secretFiles?.stop();
      await app.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
