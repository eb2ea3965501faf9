import { randomInt } from 'node:crypto';
import { LIVE_POLICY, type LivePolicy } from '../../src/connection/live/policy.js';
import { Releasers } from '../../src/core/lifecycle.js';
import type { Settings } from '../../src/config.js';
import type { Status } from '../../src/gen/autokitteh/common/v1/common_pb.js';
import type { SlackApp, SlackInstallation } from '../../src/sim/slack/directory/entities.js';
import { startScriptedSlack, type ScriptedSlack } from '../../src/sim/slack/scripted-slack.js';
import type { LedgerEntry } from '../../src/sim/slack/sending/ledger-entry.js';
import { startAppRig, type AppRig } from './app-rig.js';
import { autoKittehClients, type AutoKittehClients } from './autokitteh-clients.js';
import { eventually } from './eventually.js';
import {
  SLACK,
  startServerUnderTest,
  startStandInUnderTest,
  type ServerUnderTest,
  type TestUser,
} from './server-under-test.js';
import type { StandIn } from '../../src/sim/autokitteh/stand-in.js';

/** How server and integration meet: a stock server behind the gateway, or one that attaches the contract besides. */
export type Meeting = 'gateway' | 'attached';

/** The ways to be tried: no real server attaches. */
export const MEETINGS: readonly Meeting[] =
  process.env['AUTOKITTEH_URL'] === undefined ? ['gateway', 'attached'] : ['gateway'];

const PLUGIN_TOKEN = 'credential-of-the-contract';

// As the program's own, but for what a test would only wait for.
const QUICK: LivePolicy = { ...LIVE_POLICY, reconcileMs: 200, settleMs: 300, graceMs: 600 };

/** The whole program between a scripted Slack and a server, and people who come through the gateway. */
export interface PathWorld {
  readonly slack: ScriptedSlack;
  readonly server: ServerUnderTest;
  readonly rig: AppRig;
  /** Where people and `ak` come in. */
  readonly url: string;
  /** A person's clients, through the gateway. */
  through(user: TestUser): AutoKittehClients;
  /** Asks for a page through the gateway, as a person if one is given; redirects are not followed. */
  ask(path: string, user?: TestUser, init?: RequestInit): Promise<Response>;
  /** Sends AutoKitteh's own form for a connection, Socket Mode unless `fields` say otherwise. */
  save(user: TestUser, connectionId: string, fields: Readonly<Record<string, string>>): Promise<Response>;
  /** Saves the tokens of an installation, and waits until its sockets are open and the server shows so. */
  connect(user: TestUser, connectionId: string, installation: SlackInstallation): Promise<void>;
  /** The status that the server has stored as soon as its message is as wanted. */
  waitForStatus(user: TestUser, connectionId: string, message: RegExp): Promise<Status>;
  /** Variables that the server has stored. */
  stored(connectionId: string): Promise<Readonly<Record<string, string>>>;
  /** Ids of the server's events for something that Slack sent: one, if all is well. */
  eventsOf(entry: LedgerEntry, connectionId: string): Promise<string[]>;
  /** The first of them, as soon as it is there. */
  eventOf(entry: LedgerEntry, connectionId: string): Promise<string>;
  /** Stops the program and starts it again on the same journal, on other ports. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts one on the server that the environment names, else on a stand-in. */
export async function startPathWorld(meeting: Meeting, settings: Settings = {}): Promise<PathWorld> {
  return makeWorld(meeting, settings, (slack) => startServerUnderTest({ slackApiUrl: slack.apiUrl }));
}

/** Starts one on a stand-in, whatever the environment names. */
export async function startStandInWorld(
  meeting: Meeting,
  settings: Settings = {},
): Promise<PathWorld & { readonly standIn: StandIn }> {
  console.log('on a stand-in, whatever the environment names');
  let standIn: StandIn | undefined;
  const world = await makeWorld(meeting, settings, async (slack) => {
    const server = await startStandInUnderTest({ slackApiUrl: slack.apiUrl });
    standIn = server.standIn;
    return server;
  });
  if (standIn === undefined) throw new Error('no stand-in was started');
  return Object.assign(world, { standIn });
}

async function makeWorld(
  meeting: Meeting,
  settings: Settings,
  startServer: (slack: ScriptedSlack) => Promise<ServerUnderTest>,
): Promise<PathWorld> {
  const releasers = new Releasers();
  // Ids and tokens that no other run left on a server that lives on.
  const seed = randomInt(2 ** 31);
  const slack = await startScriptedSlack({ seed });
  releasers.push('the scripted Slack', () => slack.stop());
  const server = await startServer(slack);
  releasers.push('the server', () => server.stop());
  const { signKey, url: autokittehUrl } = server;
  if (signKey === undefined) throw new Error('set AUTOKITTEH_SIGN_KEY: the program is started with it');
  const rig = await startAppRig(
    { autokittehUrl, signKey, slackApiUrl: slack.apiUrl },
    { PLUGIN_TOKEN, ...settings },
    { live: QUICK },
  );
  releasers.push('the program', () => rig.stop());
  const attach = (): void => {
    if (meeting === 'attached') server.standIn?.attach({ url: rig.pluginUrl, token: PLUGIN_TOKEN });
  };
  attach();
  console.log(`the scripted Slack's seed is ${seed}`);
  return {
    ...{ slack, server, rig },
    get url() {
      return rig.gatewayUrl;
    },
    ...journeys(server, rig),
    async restart() {
      await rig.restart();
      attach();
    },
    stop: () => releasers.releaseAll(),
  };
}

/** What people do, and what they see. */
function journeys(
  server: ServerUnderTest,
  rig: AppRig,
): Omit<PathWorld, 'slack' | 'server' | 'rig' | 'url' | 'restart' | 'stop'> {
  const through = (user: TestUser): AutoKittehClients =>
    autoKittehClients(rig.gatewayUrl, { headers: { authorization: `Bearer ${user.token}` } });
  const ask: PathWorld['ask'] = (path, user, init = {}) =>
    fetch(new URL(path, rig.gatewayUrl), {
      redirect: 'manual',
      ...init,
      headers: {
        ...(user === undefined ? {} : { authorization: `Bearer ${user.token}` }),
        ...(init.headers as Record<string, string> | undefined),
      },
    });
  const save: PathWorld['save'] = (user, cid, fields) =>
    ask('/slack/save', user, {
      method: 'POST',
      body: new URLSearchParams({ cid, origin: 'cli', auth_type: 'socketMode', ...fields }),
    });
  const waitForStatus: PathWorld['waitForStatus'] = (user, connectionId, message) =>
    eventually(
      async () => {
        const { connection } = await user.clients.connections.get({ connectionId });
        return message.test(connection?.status?.message ?? '') && connection?.status;
      },
      `the status ${String(message)} of ${connectionId}`,
    );
  const eventsOf: PathWorld['eventsOf'] = async (entry, connectionId) => {
    // By the integration, because events of an organisation's connection are found by nothing else.
    const integrationId = (await server.system.connections.get({ connectionId })).connection?.integrationId;
    const { events } = await server.system.events.list({
      integrationId: integrationId ?? SLACK,
      maxResults: 200,
    });
    const deliveries = entry.attempts.map(({ envelopeId }) => envelopeId);
    return events
      .filter(({ destinationId }) => destinationId === connectionId)
      .filter(({ memo }) => deliveries.includes(memo['slack_envelope_id'] ?? ''))
      .map(({ eventId }) => eventId);
  };
  return {
    through,
    ask,
    save,
    waitForStatus,
    async connect(user, connectionId, installation) {
      const saved = await save(user, connectionId, {
        bot_token: installation.botToken,
        app_token: appTokenOf(installation.app),
      });
      if (saved.status !== 302) throw new Error(`not saved: ${await saved.text()}`);
      await waitForStatus(user, connectionId, /2 sockets live/);
    },
    async stored(scopeId) {
      const { vars } = await server.system.vars.get({ scopeId });
      return Object.fromEntries(vars.map(({ name, value }) => [name, value]));
    },
    eventsOf,
    eventOf: (entry, connectionId) =>
      eventually(
        async () => (await eventsOf(entry, connectionId))[0],
        `the server's event for ${entry.type} ${entry.key}`,
        25_000,
      ),
  };
}

const appTokens = new WeakMap<SlackApp, string>();

/** One and the same app-level token of an app, as its connections share it. */
export function appTokenOf(app: SlackApp): string {
  const known = appTokens.get(app) ?? app.createAppToken();
  appTokens.set(app, known);
  return known;
}
