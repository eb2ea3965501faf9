import { seededRandom } from '../../core/random.js';
import { createWebApi } from './api/web-api.js';
import { createBlasts, type Blasts } from './blast/blasts.js';
import { createCallLog, type CallLog } from './call-log.js';
import { createDelivery, type SendOptions } from './sending/delivery.js';
import { createLedger, type Ledger } from './sending/ledger.js';
import type { LedgerEntry } from './sending/ledger-entry.js';
import { createDirectory, type Directory } from './directory/directory.js';
import type { SlackApp, SlackInstallation, SlackWorkspace } from './directory/entities.js';
import { createIdentifiers, type Identifiers } from './directory/identifiers.js';
import { createTokens } from './directory/tokens.js';
import { createFaults, type Faults } from './faults/faults.js';
import { frameContext, installationId } from './frame-context.js';
import type { Draft, Frame, FrameContext } from './frames/draft.js';
import { appRateLimited } from './frames/happenings.js';
import { createAppSockets, type AppSockets } from './link/app-sockets.js';
import { createLinkServer } from './link/link-server.js';
import { createRegistry } from './link/registry.js';
import { createTickets } from './link/tickets.js';
import { listen } from './listener.js';
import { fillOptions, type ScriptedSlackOptions } from './options.js';
import { createRateCap } from './sending/rate-cap.js';
import { createResponseUrls, type ResponsePost } from './response-urls.js';
import { createTenancy, type Tenancy } from './tenancy.js';
import { createTimestamps } from './timestamps.js';
import { trackClock } from './tracked-clock.js';
import { createTriggers } from './triggers.js';
import { createUploads } from './uploads.js';

/** What may be said about one event that is sent. */
interface SendFrameOptions extends Pick<SendOptions, 'to'> {
  /** Of an organization, the workspace that it happens in. */
  readonly workspace?: SlackWorkspace;
}

/** A Slack for tests, demos and benchmarks, on a local port. */
export interface ScriptedSlack
  extends Pick<Directory, 'addOrganization' | 'addWorkspace' | 'addApp'>, Tenancy, AppSockets, Blasts {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** What goes into `SLACK_API_URL`: `/api/` at `url`, or at the address by which clients know it. */
  readonly apiUrl: string;
  /** Sends one frame as Slack would: to one of the app's sockets, and again if need be. */
  send(to: SlackInstallation, frame: Frame, options?: SendFrameOptions): LedgerEntry;
  /** Any text at all, to one random socket of the app; false if it has none. Not in the ledger. */
  sendText(app: SlackApp, text: string): boolean;
  readonly ledger: Ledger;
  /** Every call of the Web API and of response_urls. */
  readonly calls: CallLog;
  /** What was posted to response_urls. */
  readonly responses: readonly ResponsePost[];
  readonly faults: Faults;
  /** Ends all connections, timers and the port; what is pending in the ledger stays pending. */
  stop(): Promise<void>;
}

/** Starts one. Rejects if the port is taken. */
export async function startScriptedSlack(given: ScriptedSlackOptions = {}): Promise<ScriptedSlack> {
  const options = fillOptions(given);
  const clock = trackClock(options.clock);
  const random = seededRandom(options.seed);
  // Each has a source of its own: what exists and what is sent do not depend on what clients do meanwhile.
  const idsOf = (part: number, seed = options.seed): Identifiers =>
    createIdentifiers(seededRandom(seed + part * 0x9e3779b9));
  const frameIds = idsOf(2);
  const ids = idsOf(3);
  const tokens = createTokens();
  const directory = createDirectory(idsOf(1, options.directorySeed), tokens);
  const registry = createRegistry(random);
  const tickets = createTickets(clock, ids, options.ticketLifetime);
  const triggers = createTriggers(clock, ids);
  const timestamps = createTimestamps(clock);
  const responseUrls = createResponseUrls(clock, ids);
  const uploads = createUploads(ids);
  const calls = createCallLog();
  const ledger = createLedger();
  const faults = createFaults();
  const delivery = createDelivery({
    clock,
    random,
    ids,
    ledger,
    registry,
    retries: options.retries,
    app: (id) => directory.app(id),
    disorder: faults.disorder,
  });
  const sockets = createAppSockets(registry, clock);
  const link = createLinkServer({
    clock,
    pingEvery: options.pingEvery,
    lifetime: options.lifetime,
    ghostFor: { frozen: options.frozenFor, dropped: options.droppedFor },
    tickets,
    registry,
    app: (id) => directory.app(id),
    dialFaults: faults.dialScript,
    helloFaults: faults.helloScript,
    onSocket: (socket) => sockets.add(socket),
    onText(socket, text) {
      if (!blasts.take(socket, text)) delivery.receive(socket, text);
    },
  });
  const origin = (): string => options.publicUrl || listener.url;
  const ports = { clock, ids, directory, triggers, responseUrls, timestamps, origin };
  const webApi = createWebApi({
    ...ports,
    tokens,
    calls,
    tickets,
    uploads,
    views: new Map(),
    faults: faults.apiScript,
  });
  const listener = await listen(options.port, {
    request: webApi,
    upgrade: (...upgrade) => link.upgrade(...upgrade),
  });

  const contextOf = (to: SlackInstallation, workspace?: SlackWorkspace): FrameContext =>
    frameContext({ ...ports, ids: frameIds }, to, workspace);
  const blasts = createBlasts(sockets.view, (to, frame) => frame(contextOf(to)));
  const rateCap = createRateCap(clock, options.eventsPerHour);
  const send = (to: SlackInstallation, frame: Frame, how: SendFrameOptions = {}): LedgerEntry => {
    const context = contextOf(to, how.workspace);
    const draft = frame(context);
    const put = (what: Draft, refused: boolean): LedgerEntry =>
      delivery.send(what, to.app.id, installationId(to), { ...how, refused });
    if (draft.kind !== 'events_api') return put(draft, false);
    const rate = rateCap.take(`${to.app.id}/${context.workspace.id}`);
    if (rate.warn) put(appRateLimited()(context), false);
    return put(draft, !rate.allowed);
  };
  return {
    url: listener.url,
    apiUrl: `${origin()}/api/`,
    addOrganization: (name) => directory.addOrganization(name),
    addWorkspace: (name, organization) => directory.addWorkspace(name, organization),
    addApp: (name, manifest) => directory.addApp(name, manifest),
    ...createTenancy({ directory, tokens, ids, random, send, sockets }),
    ...sockets.view,
    blast: (to, frames, how) => blasts.blast(to, frames, how),
    send,
    sendText(app, text) {
      const endpoint = registry.route(app.id);
      endpoint?.sendText(text);
      return endpoint !== undefined;
    },
    ledger,
    calls,
    responses: responseUrls.posts,
    faults,
    async stop() {
      clock.cancelAll();
      link.stop();
      await listener.stop();
    },
  };
}
