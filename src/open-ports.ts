import { createRouterTransport } from '@connectrpc/connect';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { randomUUID } from 'node:crypto';
import type { AutoKittehClient } from './autokitteh/client.js';
import type { ReplaceableCredentials } from './autokitteh/credentials.js';
import type { RightsCheck } from './autokitteh/rights-check.js';
import type { ActivityLog } from './connections/activity.js';
import type { Hosts } from './connections/hosts.js';
import type { LiveConnections } from './connections/live-connections.js';
import { BOT_TOKEN } from './connections/variables.js';
import type { Manifest } from './contract/manifest.js';
import { startContractServer } from './contract/server.js';
import { contractRoutes } from './contract/service.js';
import { followSecrets } from './changed-secrets.js';
import { Channel } from './core/channel.js';
import { Credential } from './core/credential.js';
import type { Clock } from './core/clock.js';
import type { Health } from './core/health.js';
import type { Releasers } from './core/lifecycle.js';
import { urlOf } from './core/listen.js';
import type { Log } from './core/log.js';
import type { ProcessFault } from './core/process-end.js';
import type { Random } from './core/random.js';
import type { Readiness } from './core/readiness.js';
import type { Delivery } from './delivery/delivery.js';
import { createUpload } from './functions/file-upload.js';
import { createSlackFunctions, type SlackFunctions } from './functions/functions.js';
import { startGateway } from './gateway/gateway.js';
import type { GatewayAnswer, WebSocketStep } from './http/gateway-answer.js';
import { connectionCaps, descriptorLimit } from './http/limits.js';
import { notingRefusals, type PortRefusal } from './http/refusals.js';
import type { TrustedPages } from './http/request-sender.js';
import { deadLetterBodyRoutes } from './ops/dead-letter-routes.js';
import { connectionPages } from './ops/connection-pages.js';
import { createOperations } from './ops/operations.js';
import type { Otlp } from './ops/otlp/ports.js';
import { probeRoutes } from './ops/probes.js';
import type { PendingResponses } from './pipeline/pending-responses.js';
import { responseRoutes } from './pipeline/response-routes.js';
import type { Receiver } from './pipeline/receiver.js';
import { outboundTo, serverElsewhere } from './server-line.js';
import { proposedApp } from './setup/app-manifest.js';
import { slackSiteOf } from './slack/app-pages.js';
import type { SetupEnvironment } from './setup/http/request.js';
import { liveConnection } from './setup/live-connection.js';
import { createSetup } from './setup/setup.js';
import type { SlackHttp } from './slack/http.js';
import type { FailedSlackCall } from './slack/errors.js';
import type { SlackSockets } from './slack/sockets.js';
import type { SlackWebApi } from './slack/web-api.js';
import type { ChangedSecret } from './secret-files.js';
import type { StartConfig } from './start-config.js';
import type { Cluster } from './storage/cluster.js';
import { shownPlace } from './storage/open.js';

/** What is shown and done at the ports is done by these parts of the program. */
export interface PortsOptions {
  readonly config: StartConfig;
  readonly version: string;
  readonly manifest: Manifest;
  readonly server: AutoKittehClient;
  readonly credentials: ReplaceableCredentials;
  readonly slack: SlackWebApi;
  readonly slackFailures: Channel<FailedSlackCall>;
  readonly cluster: Cluster;
  readonly hosts: Hosts;
  readonly http: SlackHttp;
  readonly live: LiveConnections;
  readonly sockets: SlackSockets;
  readonly receiver: Receiver;
  readonly delivery: Delivery;
  readonly activity: ActivityLog;
  readonly responses: PendingResponses;
  readonly otlp: Otlp;
  readonly health: Health;
  readonly rights: RightsCheck;
  readonly readiness: Readiness;
  readonly faults: Channel<ProcessFault>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly releasers: Releasers;
  readonly changedSecrets: Channel<ChangedSecret>;
  readonly nameConnections: (nameOf: (connectionId: string) => string | undefined) => void;
}

export interface OpenPorts {
  readonly pluginUrl: string;
  readonly gatewayUrl: string | undefined;
}

type PageRoutes = Hono<SetupEnvironment>;

// What is under way when the program stops may take this long: where others have its sockets already, as long as a save,
// until they know of it; alone less, because Slack has no socket until the program is there again.
const STOP_GRACE_MS = { amongOthers: 11_000, alone: 2_000 };

/** Opens the ports that people, AutoKitteh and probes talk to: the plugin's own, and the gateway unless it is off. */
export async function openPorts(options: PortsOptions): Promise<OpenPorts> {
  const { config, manifest, live, responses, server, clock, log, releasers } = options;
  const caps = connectionCaps(descriptorLimit());
  const refusals = new Channel<PortRefusal>();
  const answers = new Channel<GatewayAnswer>();
  const webSockets = new Channel<WebSocketStep>();
  const setup = setupPages(options);
  const contract = { manifest, live: live.queries, functions: slackFunctions(options), log };
  const operations = createOperations({
    ...options,
    refusals,
    opsToken: config.opsToken,
    publicUrl: config.gatewayPublicUrl,
    receiver: options.receiver.events,
    rights: options.rights.current,
    responses: responses.fates,
    gateway: answers,
    webSockets,
    exports: options.otlp.events,
    journalPlace: shownPlace(config.journalUrl),
    pageOf: connectionPages(manifest.connectionUrl, () => responses.base),
  });
  options.otlp.sendMetrics(operations.metrics);
  releasers.push('the status page', () => operations.stop());
  options.nameConnections((id) => operations.names.of(id));
  const credential = new Credential(config.pluginToken);
  followSecrets(options.changedSecrets, { ...options, operations, plugin: credential });
  const pages = getRequestListener(
    pluginRoutes(options, setup, [
      operations.routes,
      deadLetterBodyRoutes(operations.deadLetters, credential),
    ]).fetch,
  );
  const plugin = await startContractServer({
    ...contract,
    listen: config.pluginListen,
    credential,
    readiness: options.readiness,
    fallback: (request, response) => void pages(request, response),
    connections: caps.plugin,
    refused: notingRefusals('plugin', refusals, options),
    clock,
  });
  const graceMs = (): number => STOP_GRACE_MS[options.hosts.hasOthers() ? 'amongOthers' : 'alone'];
  releasers.push('the plugin port', () => plugin.stop(graceMs()));
  const pluginUrl = urlOf(config.pluginListen, plugin.port);
  if (config.gatewayListen === 'off') return { pluginUrl, gatewayUrl: undefined };
  const gateway = await startGateway({
    listen: config.gatewayListen,
    upstream: config.autokittehUrl,
    outbound: outboundTo(config),
    integrationId: manifest.integrationId,
    // The same code that an attaching server calls over the wire.
    contract: createRouterTransport(contractRoutes(contract)),
    setup: slackRoutes(responses, setup).fetch,
    pages: trustedBy(config),
    answered: (answer) => answers.emit(answer),
    webSocket: (step) => webSockets.emit(step),
    logsAccess: config.logLevel === 'debug',
    connections: caps.gateway,
    refused: notingRefusals('gateway', refusals, options),
    live: {
      isSocketMode: (id) => live.queries.isSocketMode(id),
      noticeChange: (id) => live.noticeChange(id),
    },
    ...{ responses, server, clock, log },
  });
  releasers.push('the gateway', async () => {
    // The plugin port after it, where the server may need that for what is under way; others are there for it at once.
    const isAlone = !options.hosts.hasOthers();
    await Promise.all([gateway, ...(isAlone ? [] : [plugin])].map((port) => port.stop(graceMs())));
  });
  return { pluginUrl, gatewayUrl: urlOf(config.gatewayListen, gateway.port) };
}

/** The origins of pages that may send forms here. */
function trustedBy({ gatewayPublicUrl, gatewayTrustedOrigins }: StartConfig): TrustedPages {
  return { publicUrl: gatewayPublicUrl, trustedOrigins: gatewayTrustedOrigins };
}

/** The connection page, and what a save on it does at once. */
function setupPages(options: PortsOptions): PageRoutes {
  const { config, manifest, server, slack, live, clock, log } = options;
  return createSetup({
    slack,
    autokitteh: server,
    integrationId: manifest.integrationId,
    live: { of: (connectionId) => liveConnection(connectionId, options) },
    connections: live,
    manifest: proposedApp(manifest.slackApp),
    slackSite: slackSiteOf(config.slackApiUrl),
    ...trustedBy(config),
    serverUrl: serverElsewhere(config, manifest.connectionUrl),
    ...{ clock, log },
  });
}

/** What the gateway answers itself, and the plugin's port too, for mounting behind another proxy: `/slack/...`. */
function slackRoutes(responses: PendingResponses, setup: PageRoutes): Hono {
  const routes = new Hono();
  // Responses come from workflows, without the headers and checks that pages need.
  routes.route('/', responseRoutes(responses));
  routes.route('/', setup);
  return routes;
}

/** Everything on the plugin's port that is no RPC. */
function pluginRoutes(
  { readiness, responses }: PortsOptions,
  setup: PageRoutes,
  operations: readonly Hono[],
): Hono {
  const routes = new Hono();
  routes.route('/', probeRoutes(readiness));
  for (const each of operations) routes.route('/', each);
  routes.route('/', slackRoutes(responses, setup));
  return routes;
}

/** Slack's methods, called with the bot token of the connection that user code loaded them for. */
function slackFunctions({ slack, http, live, clock, random }: PortsOptions): SlackFunctions {
  return createSlackFunctions({
    api: slack,
    token: async (connectionId) => (await live.queries.config(connectionId))[BOT_TOKEN],
    upload: createUpload((url, init) => http.upload(url, init)),
    newId: randomUUID,
    ...{ clock, random },
  });
}
