import { createRouterTransport } from '@connectrpc/connect';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { randomUUID } from 'node:crypto';
import type { AutoKittehClient } from './autokitteh/client.js';
import { createCredentials } from './autokitteh/credentials.js';
import { createIdentityCheck, type IdentityCheck } from './autokitteh/rights-check.js';
import { ActivityLog } from './connections/activity.js';
import { DeletedConnections } from './connections/deleted-connections.js';
import { Hosts } from './connections/hosts.js';
import { LiveConnections } from './connections/live-connections.js';
import type { LivePolicy } from './connections/policy.js';
import { APP_TOKEN, BOT_TOKEN } from './connections/setup-state.js';
import { shareSockets } from './connections/shared-sockets.js';
import { askWhoseBot, verdictOf } from './connections/whose-bot.js';
import { readManifest, type Manifest } from './contract/manifest.js';
import { startContractServer } from './contract/server.js';
import { contractRoutes } from './contract/service.js';
import { Channel } from './core/channel.js';
import type { Clock } from './core/clock.js';
import { Health } from './core/health.js';
import { Releasers } from './core/lifecycle.js';
import { urlOf } from './core/listen.js';
import type { Log } from './core/log.js';
import { createOutbound } from './core/outbound.js';
import type { ProcessFault } from './core/process-end.js';
import type { Random } from './core/random.js';
import { Readiness } from './core/readiness.js';
import { Delivery } from './delivery/delivery.js';
import type { DeliveryEvent } from './delivery/events.js';
import type { DeliveryLimits } from './delivery/limits.js';
import type { EventSink } from './delivery/sink.js';
import { createUpload } from './functions/file-upload.js';
import { createSlackFunctions, type SlackFunctions } from './functions/functions.js';
import { startGateway } from './gateway/gateway.js';
import { connectionCaps, descriptorLimit } from './http/limits.js';
import { notingRefusals, type PortRefusal } from './http/refusals.js';
import { watchApps } from './ops/app-problems.js';
import { logEvents } from './ops/log-events.js';
import { createOperations } from './ops/operations.js';
import { missingContact, probeRoutes } from './ops/probes.js';
import { ButtonUpdater } from './pipeline/button-update.js';
import { createEventSink } from './pipeline/event-sink.js';
import { AnswerDesk } from './pipeline/pending-responses.js';
import { Receiver, type ReceiverEvent } from './pipeline/receiver.js';
import { answerRoutes, awaitsAnswer } from './pipeline/response-routes.js';
import { openServerLine, outboundTo, serverElsewhere } from './server-line.js';
import { proposedApp, slackSiteOf } from './setup/app-manifest.js';
import { isForged, senderOfLink } from './setup/http/forged-request.js';
import type { SetupEnvironment } from './setup/http/request.js';
import { liveConnection } from './setup/live-connection.js';
import { createSetup } from './setup/setup.js';
import type { Envelope } from './slack/envelope.js';
import { createSlackHttp, type SlackHttp } from './slack/http.js';
import type { SocketPolicy } from './slack/policy.js';
import type { SocketEvent } from './slack/socket-event.js';
import { createSlackSockets, type SlackSockets } from './slack/sockets.js';
import { createWebApi, type SlackWebApi } from './slack/web-api.js';
import type { StartConfig } from './start-config.js';
import type { JournalDatabase } from './storage/journal.js';

/** The program while it runs. */
export interface App {
  /** Where the contract, health and metrics are served. */
  readonly pluginUrl: string;
  /** Where the gateway listens; absent when it is off. */
  readonly gatewayUrl: string | undefined;
  readonly events: {
    readonly delivery: Channel<DeliveryEvent>;
    readonly sockets: Channel<SocketEvent>;
    readonly receiver: Channel<ReceiverEvent>;
  };
  /** Takes no more events, acknowledges what is in the journal, gives everything back; a second call joins the first. */
  stop(): Promise<void>;
}

/** What the program does not make itself: tests give other ones. */
export interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly version: string;
  /** What no code caught in this process. */
  readonly faults: Channel<ProcessFault>;
  readonly live: LivePolicy;
  readonly sockets: SocketPolicy;
  readonly delivery: DeliveryLimits;
  readonly openJournal: (path: string) => Promise<JournalDatabase>;
}

// What Slack or AutoKitteh have not told by then is not waited for: the program is of use without it.
const READY_AFTER_MS = 30_000;

/** Makes every part once and starts it; what was made is given back if a later part cannot be. */
export async function startApp(config: StartConfig, surroundings: Surroundings): Promise<App> {
  const releasers = new Releasers();
  try {
    return await start(config, surroundings, releasers);
  } catch (error) {
    await releasers.releaseAll();
    throw error;
  }
}

async function start(config: StartConfig, surroundings: Surroundings, releasers: Releasers): Promise<App> {
  const { clock, log } = surroundings;
  const manifest = await readManifest(config.integrationManifest);
  const { autokittehCredentials: credentials } = config;
  const server = openServerLine(config, createCredentials(credentials, clock), clock);
  releasers.push('the connection to AutoKitteh', () => server.close());
  const { integrationId } = manifest;
  const health = new Health();
  const identity = createIdentityCheck({
    server,
    source: credentials.kind,
    integrationId,
    variable: APP_TOKEN,
    clock,
    health,
  });
  releasers.push('the check of our rights', () => identity.stop());

  let answersBase = config.gatewayPublicUrl ?? '';
  const path = await makePipeline(
    config,
    surroundings,
    server,
    integrationId,
    () => answersBase,
    health,
    releasers,
  );
  const { live, sockets } = path;
  const readiness = new Readiness({
    clock,
    limitMs: READY_AFTER_MS,
    missing: () => missingContact(live.appsToServe(), (id) => sockets.status(id)?.answered === true),
  });
  logEvents(log, {
    delivery: path.delivery.events,
    sockets: sockets.events,
    identity: identity.events,
    readiness: readiness.changed,
  });
  live.refreshed.subscribe(() => readiness.look());
  sockets.events.subscribe(() => readiness.look());
  releasers.push('readiness', () => readiness.stop());
  const servers = await openServers({
    config,
    surroundings,
    manifest,
    server,
    health,
    identity,
    readiness,
    path,
    releasers,
  });
  answersBase = config.gatewayPublicUrl ?? servers.gatewayUrl ?? servers.pluginUrl;

  void identity.check();
  await startPipeline(path, releasers);
  readiness.opened();
  return {
    ...servers,
    events: { delivery: path.delivery.events, sockets: path.sockets.events, receiver: path.receiver.events },
    stop() {
      // Probes learn of the stop before anything is given back.
      readiness.stop();
      return releasers.releaseAll();
    },
  };
}

/** Everything between Slack's sockets and AutoKitteh's dispatcher. */
export interface Pipeline {
  readonly http: SlackHttp;
  readonly slack: SlackWebApi;
  /** Which apps' sockets are opened here, and how they are handed over. */
  readonly hosts: Hosts;
  readonly sockets: SlackSockets;
  readonly receiver: Receiver;
  /** The way to the server, which delivery goes. */
  readonly sink: EventSink;
  readonly delivery: Delivery;
  readonly live: LiveConnections;
  readonly activity: ActivityLog;
  readonly desk: AnswerDesk;
}

/** Makes the path; nothing moves on it before `startPipeline`. */
export async function makePipeline(
  config: StartConfig,
  { clock, random, log, openJournal, ...policies }: Surroundings,
  server: AutoKittehClient,
  integrationId: string,
  answersBase: () => string,
  health: Health,
  releasers: Releasers,
): Promise<Pipeline> {
  const outbound = createOutbound(config.slackProxies);
  const http: SlackHttp = createSlackHttp(outbound);
  releasers.push('the connections to Slack', () => http.close());
  const slack = createWebApi({ apiUrl: config.slackApiUrl, clock, http });
  const desk = new AnswerDesk();
  const updater = new ButtonUpdater({ apiUrl: config.slackApiUrl, fetch: http.fetch, clock, log });
  releasers.push('updates of messages', () => updater.idle());

  const journal = await openJournal(config.journalUrl);
  releasers.push('the journal', () => journal.close());
  if (journal.warning !== undefined) log.error(journal.warning);
  const hosts = new Hosts({ cluster: journal.cluster, policy: policies.sockets.pool, clock });
  const ownSockets = createSlackSockets({
    apiUrl: config.slackApiUrl,
    policy: policies.sockets,
    places: hosts,
    outbound,
    onEnvelope: (envelope: Envelope) => receiver.receive(envelope),
    onToken: (token, appId, fate) =>
      fate === 'opened' ? live.tokenOpened(token, appId) : live.tokenRefused(token),
    ...{ clock, random, log },
  });
  const sockets = shareSockets(ownSockets, hosts);
  watchApps(ownSockets.events, health);
  const live = new LiveConnections({
    integrationId,
    server,
    sockets,
    speaker: hosts,
    ask: async (botToken, signal) => verdictOf(await askWhoseBot(slack, botToken, signal)),
    tokens: journal.tokens,
    policy: policies.live,
    ...{ clock, random, log, health },
  });
  const sink = createEventSink({
    server,
    integrationId,
    answersBase,
    ...{ live, desk },
  });
  const delivery = new Delivery({
    journal,
    membership: journal.cluster.membership,
    isHost: (appId) => hosts.isHost(appId),
    limits: policies.delivery,
    ...{ sink, clock, random, health },
  });
  releasers.push('delivery', () => delivery.stop());
  const activity = new ActivityLog(delivery.events, clock);

  const deleted = new DeletedConnections({ server, journal: delivery, clock, log });
  releasers.push('the removal of deleted connections', () => deleted.stop());
  live.listed.subscribe((ids) => deleted.listed(ids));
  const receiver = new Receiver({
    intake: delivery.intake,
    delivery: delivery.events,
    ...{ live, desk, updater, clock, log },
  });
  return { http, slack, hosts, sockets, receiver, sink, delivery, live, activity, desk };
}

/** Begins to deliver what waits in the journal, to look at the server, and with that to open sockets. */
export async function startPipeline(
  { hosts, sockets, receiver, delivery, live, desk }: Pipeline,
  releasers: Releasers,
): Promise<void> {
  await delivery.start();
  releasers.push('the connection reconciler', () => live.stop());
  // First of all to stop: what has arrived is journaled and acknowledged, then the sockets close.
  releasers.push('the sockets', async () => {
    await hosts.handOver();
    desk.close();
    // Beside the acknowledgements, so that a stop takes no longer than either; `live` waits for it.
    void live.sayFarewell();
    await sockets.stop();
    await receiver.idle();
  });
  live.start();
}

interface ServerParts {
  readonly config: StartConfig;
  readonly surroundings: Surroundings;
  readonly manifest: Manifest;
  readonly server: AutoKittehClient;
  readonly health: Health;
  readonly identity: IdentityCheck;
  readonly readiness: Readiness;
  readonly path: Pipeline;
  readonly releasers: Releasers;
}

// What is under way when the program stops may take this long.
const STOP_GRACE_MS = 2_000;

/** Opens the ports that people, AutoKitteh and probes talk to: the plugin's own, and the gateway unless it is off. */
async function openServers(
  parts: ServerParts,
): Promise<{ pluginUrl: string; gatewayUrl: string | undefined }> {
  const { config, surroundings, manifest, server, health, readiness, path, releasers } = parts;
  const { clock, log, version } = surroundings;
  const { live, desk } = path;
  const trusted = { publicUrl: config.gatewayPublicUrl, trustedOrigins: config.gatewayTrustedOrigins };
  const setup = createSetup({
    slack: path.slack,
    autokitteh: server,
    integrationId: manifest.integrationId,
    live: { of: (connectionId) => liveConnection(connectionId, path) },
    saved: (tokens, owner, teamName) => live.learn(tokens, owner, teamName),
    changed: (connectionId) => live.noticeChange(connectionId),
    manifest: proposedApp(manifest.slackApp),
    slackSite: slackSiteOf(config.slackApiUrl),
    ...trusted,
    serverUrl: serverElsewhere(config, manifest.connectionUrl),
    ...{ clock, log },
  });
  const refusals = new Channel<PortRefusal>();
  const caps = connectionCaps(descriptorLimit());
  const operations = createOperations({
    ...path,
    ...{ health, version, refusals, clock, opsToken: config.opsToken, faults: surroundings.faults },
    receiver: path.receiver.events,
    rights: parts.identity.current,
    projectName: (id, signal) => server.projectName(id, signal),
    replicas: () => Promise.resolve([]),
  });
  releasers.push('what operators see', () => operations.stop());
  const pages = getRequestListener(
    pluginRoutes({ setup, desk, readiness, operations: operations.routes }).fetch,
  );
  const functions = slackFunctions(path.slack, path.http, live, surroundings);
  const contract = { manifest, live, functions, log };
  const plugin = await startContractServer({
    ...contract,
    listen: config.pluginListen,
    token: config.pluginToken,
    readiness,
    fallback: (request, response) => void pages(request, response),
    connections: caps.plugin,
    refused: notingRefusals('plugin', refusals, surroundings),
    clock,
  });
  releasers.push('the plugin port', () => plugin.stop(STOP_GRACE_MS));
  const pluginUrl = urlOf(config.pluginListen, plugin.port);
  if (config.gatewayListen === 'off') return { pluginUrl, gatewayUrl: undefined };
  const slack = slackRoutes({ setup, desk });
  const gateway = await startGateway({
    listen: config.gatewayListen,
    upstream: config.autokittehUrl,
    outbound: outboundTo(config),
    integrationId: manifest.integrationId,
    // The same code that an attaching server calls over the wire.
    contract: createRouterTransport(contractRoutes(contract)),
    setup: (request, front) => slack.fetch(request, front),
    awaitsAnswer: (path) => awaitsAnswer(desk, path),
    isForged: (headers) => isForged(headers, trusted),
    senderOfLink: (headers) => senderOfLink(headers, trusted),
    isSocketMode: (connectionId) => live.isSocketMode(connectionId),
    pushStatus: (connectionId, status) => server.pushStatus(connectionId, status),
    noticeWrite: (connectionId) => live.noticeChange(connectionId),
    connections: caps.gateway,
    refused: notingRefusals('gateway', refusals, surroundings),
    ...{ clock, log },
  });
  releasers.push('the gateway', () => gateway.stop(STOP_GRACE_MS));
  return { pluginUrl, gatewayUrl: urlOf(config.gatewayListen, gateway.port) };
}

interface PluginRoutes {
  readonly setup: Hono<SetupEnvironment>;
  readonly desk: AnswerDesk;
  /** `/metrics` and `/ops/`. */
  readonly operations: Hono;
  readonly readiness: Readiness;
}

/** What the gateway answers itself, and the plugin's port too, for mounting behind another proxy: `/slack/...`. */
function slackRoutes({ setup, desk }: Pick<PluginRoutes, 'setup' | 'desk'>): Hono {
  const routes = new Hono();
  // Answers come from workflows, without the headers and checks that pages need.
  routes.route('/', answerRoutes(desk));
  routes.route('/', setup);
  return routes;
}

/** Everything on the plugin's port that is no RPC. */
function pluginRoutes(parts: PluginRoutes): Hono {
  const routes = new Hono();
  routes.route('/', probeRoutes(parts.readiness));
  routes.route('/', parts.operations);
  routes.route('/', slackRoutes(parts));
  return routes;
}

/** Slack's methods, called with the bot token of the connection that user code loaded them for. */
function slackFunctions(
  slack: SlackWebApi,
  http: SlackHttp,
  live: LiveConnections,
  { clock, random }: Pick<Surroundings, 'clock' | 'random'>,
): SlackFunctions {
  return createSlackFunctions({
    api: slack,
    token: async (connectionId) => (await live.config(connectionId))[BOT_TOKEN],
    upload: createUpload((url, init) => http.upload(url, init)),
    newId: randomUUID,
    ...{ clock, random },
  });
}
