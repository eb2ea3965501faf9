import { randomInt } from 'node:crypto';
import type { Settings } from '../../src/config.js';
import type { Status } from '../../src/gen/autokitteh/common/v1/common_pb.js';
import type { StandIn } from '../../src/sim/autokitteh/stand-in.js';
import type { SlackApp, SlackInstallation } from '../../src/sim/slack/directory/entities.js';
import type { ScriptedSlack } from '../../src/sim/slack/scripted-slack.js';
import type { LedgerEntry } from '../../src/sim/slack/sending/ledger-entry.js';
import { eventually } from '../helpers/eventually.js';
import { autoKittehClients, type AutoKittehClients } from './autokitteh-clients.js';
import { UNHURRIED_LIVE } from './policies.js';
import type { Program } from './program.js';
import { startProgramUnderTest } from './program-under-test.js';
import {
  SLACK,
  startServerUnderTest,
  startStandInUnderTest,
  type ServerUnderTest,
  type StandInUnderTest,
  type TestUser,
} from './server.js';
import { openWorld, type Meeting, type OpenWorld } from './open-world.js';

/** The ways to be tried: no real server attaches. */
export const MEETINGS: readonly Meeting[] =
  process.env['AUTOKITTEH_URL'] === undefined ? ['gateway', 'attached'] : ['gateway'];

/** The whole program between a scripted Slack and a server, and people who come through the gateway. */
export interface PathWorld<Server extends ServerUnderTest = ServerUnderTest> extends OpenWorld<Server> {
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
}

/** Starts one on the server that the environment names, else on a stand-in. */
export function startPathWorld(meeting: Meeting, settings: Settings = {}): Promise<PathWorld> {
  return makeWorld(meeting, settings, (slack) => startServerUnderTest({ slackApiUrl: `${slack.url}/api/` }));
}

/** Starts one on a stand-in, whatever the environment names. */
export async function startStandInWorld(
  meeting: Meeting,
  settings: Settings = {},
): Promise<PathWorld<StandInUnderTest> & { readonly standIn: StandIn }> {
  console.log('on a stand-in, whatever the environment names');
  const world = await makeWorld(meeting, settings, (slack) =>
    startStandInUnderTest({ slackApiUrl: `${slack.url}/api/` }),
  );
  return Object.assign(world, { standIn: world.server.standIn });
}

async function makeWorld<Server extends ServerUnderTest>(
  meeting: Meeting,
  settings: Settings,
  server: (slack: ScriptedSlack) => Promise<Server>,
): Promise<PathWorld<Server>> {
  // Ids and tokens that no other run left on a server that lives on.
  const seed = randomInt(2 ** 31);
  console.log(`the scripted Slack's seed is ${seed}`);
  const world = await openWorld({
    slack: { seed },
    server,
    meeting,
    settings,
    start: startProgramUnderTest,
    other: { live: UNHURRIED_LIVE },
  });
  return {
    ...world,
    get url() {
      return world.program.gatewayUrl;
    },
    ...journeys(world.server, world.program),
  };
}

/** What people do, and what they see. */
function journeys(server: ServerUnderTest, program: Program): Omit<PathWorld, keyof OpenWorld | 'url'> {
  const through = (user: TestUser): AutoKittehClients =>
    autoKittehClients(program.gatewayUrl, { headers: { authorization: `Bearer ${user.token}` } });
  const ask: PathWorld['ask'] = (path, user, init = {}) =>
    fetch(new URL(path, program.gatewayUrl), {
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
  const waitForStatus: PathWorld['waitForStatus'] = async (user, connectionId, message) => {
    let last = '';
    try {
      return await eventually(
        async () => {
          const { connection } = await user.clients.connections.get({ connectionId });
          last = connection?.status?.message ?? '';
          return message.test(last) && connection?.status;
        },
        `the status ${String(message)} of ${connectionId}`,
      );
    } catch (cause) {
      throw new Error(`the status is ${last}, not ${String(message)}`, { cause });
    }
  };
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
      if (saved.status !== 302) throw new Error(`not saved, status ${saved.status}: ${await saved.text()}`);
      await waitForStatus(user, connectionId, /: 2 sockets live/);
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
        60_000,
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
