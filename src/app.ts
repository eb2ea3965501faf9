import type { AutoKittehClient } from './autokitteh/client.js';
import { createCredentials } from './autokitteh/credentials.js';
import { createRightsCheck } from './autokitteh/rights-check.js';
import { ActivityLog } from './connections/activity.js';
import { DeletedConnections } from './connections/deleted-connections.js';
import { Hosts } from './connections/hosts.js';
import { LiveConnections } from './connections/live-connections.js';
import type { LivePolicy } from './connections/policy.js';
import { shareSockets } from './connections/shared-sockets.js';
import { APP_TOKEN } from './connections/variables.js';
import { askWhoseBot, verdictOf } from './connections/whose-bot.js';
import { readManifest } from './contract/manifest.js';
import { Channel } from './core/channel.js';
import type { Clock } from './core/clock.js';
import { Health } from './core/health.js';
import { Releasers } from './core/lifecycle.js';
import type { Log } from './core/log.js';
import { createOutbound } from './core/outbound.js';
import type { ProcessFault } from './core/process-end.js';
import type { Random } from './core/random.js';
import { Readiness } from './core/readiness.js';
import { Delivery } from './delivery/delivery.js';
import type { DeliveryEvent } from './delivery/events.js';
import type { DeliveryLimits } from './delivery/limits.js';
import type { EventSink } from './delivery/sink.js';
import { watchApps } from './ops/app-problems.js';
import { logEvents } from './ops/log-events.js';
import { missingContact } from './ops/probes.js';
import { openPorts } from './open-ports.js';
import { ButtonUpdater } from './pipeline/button-update.js';
import { createEventSink } from './pipeline/dispatch.js';
import { openPendingResponses, type PendingResponses } from './pipeline/pending-responses.js';
import { Receiver, type ReceiverEvent } from './pipeline/receiver.js';
import type { Otlp } from './ops/otlp/ports.js';
import { openServerLine } from './server-line.js';
import type { Envelope } from './slack/envelope.js';
import { createSlackHttp, type SlackHttp } from './slack/http.js';
import type { SocketPolicy } from './slack/policy.js';
import type { FailedSlackCall } from './slack/errors.js';
import type { SocketEvent } from './slack/events.js';
import { slackSiteOf } from './slack/app-pages.js';
import { createSlackSockets, type SlackSockets } from './slack/sockets.js';
import { createWebApi, type SlackWebApi } from './slack/web-api.js';
import type { ChangedSecret } from './secret-files.js';
import type { StartConfig } from './start-config.js';
import type { Cluster } from './storage/cluster.js';
import type { JournalDatabase } from './storage/journal.js';
import { openTelemetry } from './telemetry.js';

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
export interface Dependencies {
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
  /** Secrets that have changed in their files. */
  readonly changedSecrets: Channel<ChangedSecret>;
  /** Gets to know the names of connections, as `project/name`, for the log. */
  readonly nameConnections: (nameOf: (connectionId: string) => string | undefined) => void;
}

// What Slack or AutoKitteh have not told by then is not waited for: the program is of use without it.
const READY_AFTER_MS = 30_000;

/** Makes every part once and starts it; what was made is given back if a later part cannot be. */
export async function startApp(config: StartConfig, dependencies: Dependencies): Promise<App> {
  const releasers = new Releasers();
  try {
    return await start(config, dependencies, releasers);
  } catch (error) {
    await releasers.releaseAll();
    throw error;
  }
}

async function start(config: StartConfig, dependencies: Dependencies, releasers: Releasers): Promise<App> {
  const { clock, random, log, version, faults } = dependencies;
  const manifest = await readManifest(config.integrationManifest);
  const { integrationId } = manifest;
  const credentials = createCredentials(config.autokittehCredentials, clock);
  const server = openServerLine(config, credentials, clock);
  releasers.push('the client of AutoKitteh', () => server.close());
  const health = new Health();
  const rights = createRightsCheck({
    ...{ server, integrationId, clock, health },
    source: config.autokittehCredentials.kind,
    variable: APP_TOKEN,
  });
  releasers.push('the rights check', () => rights.stop());

  const path = await makePipeline(config, dependencies, server, integrationId, health, releasers);
  const { live, sockets, delivery, receiver } = path;
  const readiness = new Readiness({
    clock,
    limitMs: READY_AFTER_MS,
    missing: () => missingContact(live.appsToServe(), (id) => sockets.status(id)?.answered === true),
  });
  live.refreshed.subscribe(() => readiness.look());
  sockets.events.subscribe(() => readiness.lookSoon());
  releasers.push('readiness', () => readiness.stop());
  logEvents(log, {
    delivery: delivery.events,
    sockets: sockets.events,
    rights: rights.events,
    readiness: readiness.changed,
    clock,
    logsSteps: config.logLevel === 'debug',
  });
  const ports = await openPorts({
    ...path,
    ...{ config, manifest, server, credentials, health, rights, readiness, releasers },
    ...{ version, faults, clock, random, log },
    changedSecrets: dependencies.changedSecrets,
    nameConnections: dependencies.nameConnections,
  });
  path.responses.servedAt(config.gatewayPublicUrl ?? ports.gatewayUrl ?? ports.pluginUrl);

  void rights.check();
  await startPipeline(path, releasers);
  readiness.opened();
  return {
    ...ports,
    events: { delivery: delivery.events, sockets: sockets.events, receiver: receiver.events },
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
  readonly slackFailures: Channel<FailedSlackCall>;
  readonly cluster: Cluster;
  /** Which apps' sockets are opened here, and how they are handed over. */
  readonly hosts: Hosts;
  readonly sockets: SlackSockets;
  readonly receiver: Receiver;
  /** The way to the server, which delivery goes. */
  readonly sink: EventSink;
  readonly delivery: Delivery;
  readonly live: LiveConnections;
  readonly activity: ActivityLog;
  readonly responses: PendingResponses;
  readonly otlp: Otlp;
}

/** Makes the path; nothing moves on it before `startPipeline`. */
export async function makePipeline(
  config: StartConfig,
  { clock, random, log, openJournal, ...policies }: Dependencies,
  server: AutoKittehClient,
  integrationId: string,
  health: Health,
  releasers: Releasers,
): Promise<Pipeline> {
  const outbound = createOutbound(config.slackProxies);
  const http: SlackHttp = createSlackHttp(outbound);
  releasers.push('the connections to Slack', () => http.close());
  const slackFailures = new Channel<FailedSlackCall>();
  const slack = createWebApi({
    apiUrl: config.slackApiUrl,
    failed: (method, failure) => slackFailures.emit({ method, failure }),
    ...{ clock, http },
  });
  const updater = new ButtonUpdater({ apiUrl: config.slackApiUrl, fetch: http.fetch, clock, log });
  releasers.push('updates of messages', () => updater.idle());

  const journal = await openJournal(config.journalUrl);
  releasers.push('the journal', () => journal.close());
  if (journal.warning !== undefined) log.error(journal.warning);
  // It ends after delivery, whose last events it sends, and before the journal, which it may ask for their paths.
  const otlp = await openTelemetry(config, { ...policies, clock, log });
  releasers.push('the export to the collector', () => otlp.stop());
  const responses = await openPendingResponses(journal);
  const hosts = new Hosts({ cluster: journal.cluster, policy: policies.sockets.pool, clock, log });
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
    division: hosts,
    notifications: journal.cluster.notifications,
    slackSite: slackSiteOf(config.slackApiUrl),
    ask: async (botToken, signal) => verdictOf(await askWhoseBot(slack, botToken, signal)),
    tokens: journal.tokens,
    policy: policies.live,
    ...{ clock, random, log, health },
  });
  const { registry } = live;
  const sink = createEventSink({ server, integrationId, registry, responses });
  const delivery = new Delivery({
    journal,
    membership: journal.cluster.membership,
    isHost: (appId) => hosts.isHost(appId),
    prunes: () => hosts.isChosenFor('pruning'),
    limits: policies.delivery,
    ...{ sink, clock, random, health },
  });
  releasers.push('delivery', () => delivery.stop());
  otlp.trace(delivery.ended);
  const activity = new ActivityLog(delivery.events, clock);

  const deleted = new DeletedConnections({ server, journal: delivery, clock, log });
  releasers.push('the removal of deleted connections', () => deleted.stop());
  live.listed.subscribe((ids) => deleted.listed(ids));
  const receiver = new Receiver({
    intake: delivery.intake,
    delivery: delivery.events,
    ...{ registry, live, responses, updater, clock, log },
  });
  const { cluster } = journal;
  return {
    http,
    slack,
    slackFailures,
    cluster,
    hosts,
    sockets,
    receiver,
    sink,
    delivery,
    live,
    activity,
    responses,
    otlp,
  };
}

/** Begins to deliver what waits in the journal, to look at the server, and with that to open sockets. */
export async function startPipeline(
  { hosts, sockets, receiver, delivery, live, responses }: Pipeline,
  releasers: Releasers,
): Promise<void> {
  await delivery.start();
  releasers.push('the connection reconciler', () => live.stop());
  // First of all to stop: what has arrived is journaled and acknowledged, then the sockets close.
  releasers.push('the sockets', async () => {
    await hosts.handOver();
    // Slack sends to the others by now; workflows have their time to respond to what came here before.
    if (hosts.hasOthers()) await responses.settled();
    responses.close();
    // Beside the acknowledgements, so that a stop takes no longer than either; `live` waits for it.
    void live.publishFinalStatuses();
    await sockets.stop();
    await receiver.idle();
  });
  live.start();
}
