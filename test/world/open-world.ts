import type { Settings } from '../../src/config.js';
import { Releasers } from '../../src/core/lifecycle.js';
import type { ScriptedSlackOptions } from '../../src/sim/slack/options.js';
import { startScriptedSlack, type ScriptedSlack } from '../../src/sim/slack/scripted-slack.js';
import { startConnectProxy } from '../helpers/connect-proxy.js';
import { PLUGIN_TOKEN, startProgram, type Program } from './program.js';
import type { ServerUnderTest } from './server.js';
import type { Dependencies } from '../../src/app.js';

/** How server and program meet: a stock server behind the gateway, or one that attaches the contract besides. */
export type Meeting = 'gateway' | 'attached';

/** The two sides that the program stands between: a scripted Slack and a server. */
export interface Peers<Server extends ServerUnderTest = ServerUnderTest> {
  readonly slack: ScriptedSlack;
  readonly server: Server;
  /** Ends both. */
  stop(): Promise<void>;
}

export interface PeersOptions<Server extends ServerUnderTest> {
  readonly slack?: ScriptedSlackOptions;
  /** Starts the server, or gives one that has been started; the peers stop it. */
  readonly server: (slack: ScriptedSlack) => Promise<Server>;
}

/** With this in the environment a CONNECT proxy is the program's only way to Slack: its name is known to the proxy alone. */
const THROUGH_PROXY = process.env['SLACK_THROUGH_PROXY'] !== undefined;
const BEHIND_PROXY = 'slack.test';

/** Starts Slack and the server, for tests whose program is a process of its own, or only a part. */
export async function openPeers<Server extends ServerUnderTest>(
  options: PeersOptions<Server>,
): Promise<Peers<Server>> {
  const slack = await startScriptedSlack({
    ...(THROUGH_PROXY ? { publicUrl: `http://${BEHIND_PROXY}` } : {}),
    ...options.slack,
  });
  try {
    const server = await options.server(slack);
    return {
      ...{ slack, server },
      async stop() {
        await slack.stop();
        await server.stop();
      },
    };
  } catch (error) {
    await slack.stop();
    throw error;
  }
}

/** What is common to every world: a scripted Slack, a server, and the whole program between them. */
export interface OpenWorld<Server extends ServerUnderTest = ServerUnderTest> extends Peers<Server> {
  readonly program: Program;
  /** Stops the program and starts it again on the same journal, on other ports. */
  restart(changed?: Settings): Promise<void>;
  /** Ends program, server and Slack. */
  stop(): Promise<void>;
}

export interface OpenWorldOptions<Server extends ServerUnderTest> extends PeersOptions<Server> {
  /** `gateway` unless said. */
  readonly meeting?: Meeting;
  readonly settings?: Settings;
  /** Variables of the program's environment that have no flags. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Policies, clocks and the like of the program, instead of its own. */
  readonly other?: Partial<Dependencies>;
  /** Called when Slack and server are there and the program is not. */
  readonly before?: (peers: Peers<Server>) => Promise<void>;
  /** Where the program finds the server, if not at the server itself. */
  readonly serverUrl?: string;
  /** Starts the program; a single process unless said. */
  readonly start?: typeof startProgram;
}

/** Starts Slack, server and program, for as long as the caller wants; nothing is left if one of them does not start. */
export async function openWorld<Server extends ServerUnderTest>(
  options: OpenWorldOptions<Server>,
): Promise<OpenWorld<Server>> {
  const peers = await openPeers(options);
  const releasers = new Releasers();
  releasers.push('Slack and the server', () => peers.stop());
  try {
    const { slack, server } = peers;
    await options.before?.(peers);
    const { signKey } = server;
    if (signKey === undefined) throw new Error('set AUTOKITTEH_SIGN_KEY: the program is started with it');
    const attached = options.meeting === 'attached';
    const way = THROUGH_PROXY ? await proxyTo(slack, releasers) : {};
    const program = await (options.start ?? startProgram)(
      {
        autokittehUrl: options.serverUrl ?? server.url,
        signKey,
        slackApiUrl: slack.apiUrl,
        environment: { ...way, ...options.environment },
      },
      options.settings,
      options.other,
    );
    releasers.push('the program', () => program.stop());
    const attach = (): void => {
      if (attached) server.standIn?.attach({ url: program.pluginUrl, token: PLUGIN_TOKEN });
    };
    attach();
    return {
      ...{ slack, server, program },
      async restart(changed) {
        await program.restart(changed);
        attach();
      },
      stop: () => releasers.releaseAll(),
    };
  } catch (error) {
    await releasers.releaseAll();
    throw error;
  }
}

/** The environment of a program that reaches Slack through a proxy of its own. */
async function proxyTo(slack: ScriptedSlack, releasers: Releasers): Promise<Record<string, string>> {
  const hosts = { [BEHIND_PROXY]: Number(new URL(slack.url).port) };
  const proxy = await startConnectProxy({ credentials: 'corp:secret', hosts });
  releasers.push('the proxy', () => proxy.vanish());
  return { HTTP_PROXY: proxy.url };
}
