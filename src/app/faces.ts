import { createRouterTransport } from '@connectrpc/connect';
import { getRequestListener } from '@hono/node-server';
import type { AutoKittehClient } from '../autokitteh/client.js';
import { awaitsAnswer } from '../pipeline/response-routes.js';
import { proposedApp, slackSiteOf } from '../setup/app-manifest.js';
import { isForged, senderOfLink } from '../setup/http/forged-request.js';
import { createSetup } from '../setup/setup.js';
import { startContractServer } from '../contract/server.js';
import { contractRoutes } from '../contract/service.js';
import type { Manifest } from '../contract/manifest.js';
import type { Health } from '../core/health.js';
import { Channel } from '../core/channel.js';
import type { Releasers } from '../core/lifecycle.js';
import type { Readiness } from '../core/readiness.js';
import { startGateway } from '../gateway/gateway.js';
import { connectionCaps, descriptorLimit } from '../http/limits.js';
import { notingRefusals, type PortRefusal } from '../http/refusals.js';
import { createMetrics } from '../ops/metrics.js';
import { liveConnection } from './live-connection.js';
import type { EventPath } from './event-path.js';
import { pluginRoutes, slackRoutes } from './http-routes.js';
import type { StartConfig } from './start-config.js';
import { slackFunctions } from './slack-functions.js';
import { outboundTo } from './server-line.js';
import { gaugesOf, type Observed } from './status-of-program.js';
import type { Surroundings } from './surroundings.js';
import { adminPorts } from './admin-ports.js';
import { serverElsewhere, urlOf } from './addresses.js';

export interface FaceParts {
  readonly config: StartConfig;
  readonly surroundings: Surroundings;
  readonly manifest: Manifest;
  readonly server: AutoKittehClient;
  readonly health: Health;
  readonly readiness: Readiness;
  readonly path: EventPath;
  readonly releasers: Releasers;
}

// What is under way when the program stops may take this long.
const STOP_GRACE_MS = 2_000;

/** Opens the ports that people, AutoKitteh and probes talk to: the plugin's own, and the gateway unless it is off. */
export async function openFaces(
  parts: FaceParts,
): Promise<{ pluginUrl: string; gatewayUrl: string | undefined }> {
  const { config, surroundings, manifest, server, health, readiness, path, releasers } = parts;
  const { clock, log, version } = surroundings;
  const { live, desk, delivery, receiver, sockets } = path;
  const observed: Observed = { ...path, health, version };
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
  const metrics = createMetrics({
    delivery: delivery.events,
    sockets: sockets.events,
    receiver: receiver.events,
    faults: surroundings.faults,
    health,
    refusals,
    gauges: () => gaugesOf(observed),
  });
  const admin = adminPorts(observed, delivery.deadLetters, metrics);
  const pages = getRequestListener(
    pluginRoutes({ setup, desk, admin, readiness, opsToken: config.opsToken }).fetch,
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
