import type { AutoKittehClient } from '../autokitteh/client.js';
import { AnswerDesk } from '../pipeline/pending-responses.js';
import { ActivityLog } from '../connections/activity.js';
import { ButtonUpdater } from '../pipeline/button-update.js';
import { DeletedConnections } from '../connections/deleted-connections.js';
import { createEventSink } from '../pipeline/event-sink.js';
import { LiveConnections } from '../connections/live-connections.js';
import { Receiver } from '../pipeline/receiver.js';
import { askWhoseBot, verdictOf } from '../connections/whose-bot.js';
import type { Health } from '../core/health.js';
import type { Releasers } from '../core/lifecycle.js';
import { createOutbound } from '../core/outbound.js';
import { createDelivery } from '../delivery/create-delivery.js';
import type { Delivery } from '../delivery/delivery.js';
import type { EventSink } from '../delivery/sink.js';
import { watchApps } from '../ops/app-problems.js';
import type { Envelope } from '../slack/envelope.js';
import { createSlackHttp, type SlackHttp } from '../slack/http.js';
import { createSlackSockets, type SlackSockets } from '../slack/sockets.js';
import { createWebApi, type SlackWebApi } from '../slack/web-api.js';
import type { StartConfig } from './start-config.js';
import type { Surroundings } from './surroundings.js';

/** Everything between Slack's sockets and AutoKitteh's dispatcher. */
export interface EventPath {
  readonly http: SlackHttp;
  readonly slack: SlackWebApi;
  readonly sockets: SlackSockets;
  readonly receiver: Receiver;
  /** The way to the server, which delivery goes. */
  readonly sink: EventSink;
  readonly delivery: Delivery;
  readonly live: LiveConnections;
  readonly activity: ActivityLog;
  readonly desk: AnswerDesk;
}

/** Makes the path; nothing moves on it before `startEventPath`. */
export async function makeEventPath(
  config: StartConfig,
  { clock, random, log, openJournal, ...policies }: Surroundings,
  server: AutoKittehClient,
  integrationId: string,
  answersBase: () => string,
  health: Health,
  releasers: Releasers,
): Promise<EventPath> {
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
  const sockets = createSlackSockets({
    apiUrl: config.slackApiUrl,
    policy: policies.sockets,
    outbound,
    onEnvelope: (envelope: Envelope) => receiver.receive(envelope),
    onToken: (token, appId, fate) =>
      fate === 'opened' ? live.tokenOpened(token, appId) : live.tokenRefused(token),
    ...{ clock, random, log },
  });
  watchApps(sockets.events, health);
  const live = new LiveConnections({
    integrationId,
    server,
    sockets,
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
  const delivery = createDelivery({ journal, sink, clock, random, health, limits: policies.delivery });
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
  return { http, slack, sockets, receiver, sink, delivery, live, activity, desk };
}

/** Begins to deliver what waits in the journal, to look at the server, and with that to open sockets. */
export async function startEventPath(
  { sockets, receiver, delivery, live, desk }: EventPath,
  releasers: Releasers,
): Promise<void> {
  await delivery.start();
  releasers.push('the connection reconciler', () => live.stop());
  // First of all to stop: what has arrived is journaled and acknowledged, then the sockets close.
  releasers.push('the sockets', async () => {
    desk.close();
    // Beside the acknowledgements, so that a stop takes no longer than either; `live` waits for it.
    void live.sayFarewell();
    await sockets.stop();
    await receiver.idle();
  });
  live.start();
}
