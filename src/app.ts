import { makeEventPath, startEventPath } from './app/event-path.js';
import { openFaces } from './app/faces.js';
import { logEvents } from './app/log-events.js';
import { openServerLine } from './app/server-line.js';
import type { StartConfig } from './app/start-config.js';
import type { Surroundings } from './app/surroundings.js';
import { createCredentials } from './autokitteh/credentials.js';
import { createIdentityCheck } from './autokitteh/rights-check.js';
import { APP_TOKEN } from './connections/setup-state.js';
import { readManifest } from './contract/manifest.js';
import type { Channel } from './core/channel.js';
import { Health } from './core/health.js';
import { Releasers } from './core/lifecycle.js';
import { Readiness } from './core/readiness.js';
import type { ReceiverEvent } from './pipeline/receiver.js';
import { missingContact } from './ops/probes.js';
import type { DeliveryEvent } from './delivery/events.js';
import type { SocketEvent } from './slack/socket-event.js';

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
  const path = await makeEventPath(
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
  const faces = await openFaces({
    config,
    surroundings,
    manifest,
    server,
    health,
    readiness,
    path,
    releasers,
  });
  answersBase = config.gatewayPublicUrl ?? faces.gatewayUrl ?? faces.pluginUrl;

  void identity.check();
  await startEventPath(path, releasers);
  readiness.opened();
  return {
    ...faces,
    events: { delivery: path.delivery.events, sockets: path.sockets.events, receiver: path.receiver.events },
    stop() {
      // Probes learn of the stop before anything is given back.
      readiness.stop();
      return releasers.releaseAll();
    },
  };
}
