import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Code, ConnectError } from '@connectrpc/connect';
import { ProxyAgent, type Dispatcher } from 'undici';

import { Releasers } from '../../src/core/lifecycle.js';
import type { SlackInstallation } from '../../src/sim/slack/directory/entities.js';
import { startScriptedSlack, type ScriptedSlack } from '../../src/sim/slack/scripted-slack.js';
import { startConnectProxy, type ConnectProxy } from '../helpers/connect-proxy.js';
import { PRIVATE_CA } from '../helpers/private-ca.js';
import { tlsBefore } from '../helpers/tls-before.js';
import { OPS_TOKEN, PLUGIN_TOKEN } from '../world/program.js';
import { compileProgram, ProgramProcess } from '../world/program-process.js';
import { startServerUnderTest, type ServerUnderTest } from '../world/server.js';
import { Unprepared } from './bench.js';

/** Where the server's environment says that its way to Slack begins. */
const PROXY_PORT = 9985;
const SLACK = 'slack.com';

const HOW = `It needs a real AutoKitteh server that no other program uses, started anew for each run as

  HTTPS_PROXY=http://127.0.0.1:${PROXY_PORT} SSL_CERT_FILE=${PRIVATE_CA.ca} ak up --mode dev

so that what the server's own integration sends to Slack reaches the scripted Slack, and then

  AUTOKITTEH_URL=http://localhost:9980 AUTOKITTEH_SIGN_KEY=<key> npm run bench -- built-in

where the key of a server in development mode is 64 zeros.`;

/** A connection of a project of its own, whose app has open sockets. */
export interface Connected {
  readonly connectionId: string;
  readonly installation: SlackInstallation;
}

/** A scripted Slack that is known as slack.com, a real server, and this program beside it as a user runs it. */
export interface BuiltInStage {
  readonly slack: ScriptedSlack;
  readonly server: ServerUnderTest;
  /** A new way to Slack for calls of this process, the same as the program's and the server's. */
  readonly way: () => Dispatcher;
  /** Makes a connection that this program serves; with `variables`, which are set before its tokens. */
  connectOurs(name: string, variables?: Readonly<Record<string, string>>): Promise<Connected>;
  /** Makes a connection that the server's own integration serves. */
  connectTheirs(name: string): Promise<Connected>;
  /** Throws `Unprepared` when the server has sockets of an earlier run, which never stop trying. */
  expectNewServer(): void;
  stop(): Promise<void>;
}

/** Starts all but the server. Throws `Unprepared` when there is none, or when it does not reach the scripted Slack. */
export async function openBuiltInStage(): Promise<BuiltInStage> {
  const { AUTOKITTEH_URL: url, AUTOKITTEH_SIGN_KEY: signKey } = process.env;
  if (url === undefined || signKey === undefined) throw new Unprepared(HOW);
  const releasers = new Releasers();
  try {
    const slack = await startScriptedSlack({ seed: Date.now(), publicUrl: `https://${SLACK}` });
    releasers.push('Slack', () => slack.stop());
    const tls = await tlsBefore(Number(new URL(slack.url).port));
    releasers.push('its TLS', () => tls.stop());
    const proxy = await proxyTo(tls.port);
    releasers.push('the proxy', () => proxy.vanish());
    const server = await startServerUnderTest();
    releasers.push('what was made on the server', () => removeFrom(server));
    const gatewayUrl = await startProgram({ url, signKey, proxyUrl: proxy.url }, releasers);
    return {
      ...{ slack, server },
      way: () => new ProxyAgent({ uri: proxy.url, requestTls: { ca: readFileSync(PRIVATE_CA.ca) } }),
      connectOurs: (name, variables = {}) =>
        connect({ slack, server }, { name, variables, saveAt: gatewayUrl, sockets: 2 }),
      connectTheirs: (name) => connect({ slack, server }, { name, variables: {}, saveAt: url, sockets: 1 }),
      expectNewServer() {
        const calls = slack.calls.of('apps.connections.open');
        if (calls.some(({ answer }) => answer?.['ok'] === false))
          throw new Unprepared(`the server still has sockets of an earlier run. ${HOW}`);
      },
      stop: () => releasers.releaseAll(),
    };
  } catch (error) {
    await releasers.releaseAll();
    throw error;
  }
}

/** True of the failure of a call to a server that ended, before the call or during it. */
export function isServerEnded(error: unknown): boolean {
  return error instanceof ConnectError && [Code.Unavailable, Code.Aborted].includes(error.code);
}

/** Removes what was made there; a server that has ended is started anew for the next run. */
async function removeFrom(server: ServerUnderTest): Promise<void> {
  try {
    await server.stop();
  } catch (error) {
    if (!isServerEnded(error)) throw error;
  }
}

async function proxyTo(slackPort: number): Promise<ConnectProxy> {
  try {
    return await startConnectProxy({ port: PROXY_PORT, hosts: { [SLACK]: slackPort } });
  } catch (error) {
    throw new Unprepared(`port ${PROXY_PORT} is in use. ${HOW}`, { cause: error });
  }
}

/** Starts the program with the settings that a user gives it; resolves with the address of its gateway. */
async function startProgram(
  { url, signKey, proxyUrl }: { readonly url: string; readonly signKey: string; readonly proxyUrl: string },
  releasers: Releasers,
): Promise<string> {
  const compiled = await compileProgram();
  releasers.push('the compiled program', () => compiled.remove());
  const folder = await mkdtemp(join(tmpdir(), 'built-in-'));
  releasers.push('the journal', () => rm(folder, { recursive: true, force: true }));
  const { program, urls } = await ProgramProcess.start(compiled.file('src/main.js'), {
    ...{
      AUTOKITTEH_URL: url,
      AUTOKITTEH_SIGN_KEY: signKey,
      JOURNAL_URL: `sqlite:${join(folder, 'journal')}`,
    },
    ...{ GATEWAY_LISTEN: '127.0.0.1:0', PLUGIN_LISTEN: '127.0.0.1:0', PLUGIN_TOKEN, OPS_TOKEN },
    ...{ HTTPS_PROXY: proxyUrl, NODE_EXTRA_CA_CERTS: PRIVATE_CA.ca, LOG_FORMAT: 'json' },
  });
  releasers.push('the program', async () => void (await program.stop()));
  return urls.gateway;
}

interface ConnectionPlan {
  readonly name: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Where the form of the connection page is sent to: the gateway, or the server itself. */
  readonly saveAt: string;
  readonly sockets: number;
}

async function connect(
  { slack, server }: Pick<BuiltInStage, 'slack' | 'server'>,
  { name, variables, saveAt, sockets }: ConnectionPlan,
): Promise<Connected> {
  const user = await server.createUser();
  // Its events start nothing: a session costs a server more than all else.
  const project = await server.createProject(user, {
    connections: { sl: {} },
    triggers: [{ connection: 'sl', call: 'on_event', filter: 'event_type == "none"' }],
  });
  const connectionId = project.connections['sl'] ?? '';
  await server.deploy(project);
  const vars = Object.entries(variables).map(([variable, value]) => ({
    ...{ scopeId: connectionId, name: variable, value },
    isSecret: false,
  }));
  if (vars.length > 0) await user.clients.vars.set({ vars });
  const installation = slack.install(slack.addApp(name), slack.addWorkspace(name));
  const saved = await fetch(`${saveAt}/slack/save`, {
    method: 'POST',
    headers: { authorization: `Bearer ${user.token}` },
    redirect: 'manual',
    body: new URLSearchParams({
      ...{ cid: connectionId, origin: 'cli', auth_type: 'socketMode' },
      ...{ bot_token: installation.botToken, app_token: installation.app.createAppToken() },
    }),
  });
  if (saved.status !== 302)
    throw new Unprepared(`a connection could not be saved (${await saved.text()}). ${HOW}`);
  await slack.waitForSockets(installation.app, sockets, 60_000);
  return { connectionId, installation };
}
