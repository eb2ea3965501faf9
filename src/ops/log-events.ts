import type { RightsState } from '../autokitteh/rights-check.js';
import type { Channel } from '../core/channel.js';
import type { Clock } from '../core/clock.js';
import type { Log } from '../core/log.js';
import { RareLines } from '../core/rare-lines.js';
import type { ReadinessState } from '../core/readiness.js';
import { ToldCauses } from '../core/told-causes.js';
import type { DeliveryEvent } from '../delivery/events.js';
import type { SocketEvent } from '../slack/events.js';
import type { AppSocketsStatus } from '../slack/status.js';

interface LoggedParts {
  readonly delivery: Channel<DeliveryEvent>;
  readonly sockets: Channel<SocketEvent>;
  readonly rights: Channel<RightsState>;
  readonly readiness: Channel<ReadinessState>;
  readonly clock: Clock;
  /** Whether each step of each event is to be a line. */
  readonly logsSteps: boolean;
}

/**
 * Writes what operators want to read of what the parts report; what happens for every event is for metrics. An outage is a
 * line when it begins, one for each other cause, and one when it ends: what is tried meanwhile is for those who look for a fault (`debug`).
 */
export function logEvents(
  log: Log,
  { delivery, sockets, rights, readiness, clock, logsSteps }: LoggedParts,
): void {
  if (logsSteps) delivery.subscribe((event) => logStep(log, event));
  logDelivery(log, delivery, new RareLines(clock));
  logSockets(log, sockets);
  logRights(log, rights);
  readiness.subscribe((state) => {
    if (state.t === 'ready') log.info('ready for requests');
  });
}

function logRights(log: Log, rights: Channel<RightsState>): void {
  let last: RightsState['t'] = 'untried';
  rights.subscribe((verdict) => {
    const isNews = verdict.t !== last;
    last = verdict.t;
    if (verdict.t === 'insufficient') log.error(verdict.advice);
    if (verdict.t === 'unreachable')
      log[isNews ? 'warn' : 'debug']({ reason: verdict.reason }, 'AutoKitteh is unreachable, retrying');
    if (verdict.t === 'sufficient')
      log.info({ user: verdict.user?.displayName }, 'AutoKitteh grants all required rights');
  });
}

function logDelivery(log: Log, delivery: Channel<DeliveryEvent>, rare: RareLines): void {
  let isDown = false;
  delivery.subscribe((event) => {
    if (event.t === 'outage') isDown = true;
    if (event.t === 'passing') isDown = false;
    logDeliveryEvent(log, event, isDown, rare);
  });
}

/** A line for each step of each event, for those who follow one. */
function logStep(log: Log, event: DeliveryEvent): void {
  switch (event.t) {
    case 'received':
      log.debug(
        { app: event.appId, key: event.key, kind: event.kind, socket: event.socketId },
        'event received',
      );
      return;
    case 'journaled':
      log.debug({ app: event.appId, key: event.key, ms: event.ms }, 'event journaled');
      return;
    case 'duplicate':
      log.debug({ app: event.appId, key: event.key }, 'event repeated by Slack, dropped');
      return;
    case 'acknowledged':
      log.debug({ app: event.appId, key: event.key, ms: event.ms }, 'event acknowledged');
      return;
    case 'dispatched': {
      const { row, eventId, attempts, ms } = event;
      log.debug(
        { connection: row.connectionId, key: row.key, event: eventId, attempts, ms },
        'event dispatched',
      );
      return;
    }
    case 'recovered_unconfirmed': {
      const { row, eventId } = event;
      log.debug({ connection: row.connectionId, key: row.key, event: eventId }, 'event found at AutoKitteh');
      return;
    }
    default:
      return;
  }
}

function logDeliveryEvent(log: Log, event: DeliveryEvent, isDown: boolean, rare: RareLines): void {
  switch (event.t) {
    case 'dead':
      log.error(
        { connection: event.row.connectionId, key: event.row.key, reason: event.reason },
        'event moved to dead letters (`ak-slack dead-letters list`)',
      );
      return;
    case 'retried':
      // What an outage spoils is tried again and again until it is over.
      log[isDown ? 'debug' : 'warn'](
        {
          connection: event.row.connectionId,
          key: event.row.key,
          attempts: event.attempts,
          reason: event.reason,
        },
        event.unanswered
          ? 'the dispatch of an event had no reply, looking it up before it is sent again'
          : 'an event could not be dispatched, retrying',
      );
      return;
    case 'dead_removed':
      log.error({ count: event.count }, 'the oldest dead letters were removed: the journal is nearly full');
      return;
    case 'connection_removed':
      log.warn(
        { connection: event.connectionId, waiting: event.waiting, dead: event.dead },
        'a connection was deleted; its waiting events and dead letters were removed',
      );
      return;
    case 'over_share':
      logRarely(
        log,
        rare.next(`over_share ${event.connectionId}`),
        { app: event.appId, connection: event.connectionId },
        'an event was refused for one connection, which has reached its journal quota',
      );
      return;
    case 'lookup_failed':
      log.warn(
        { connection: event.row.connectionId, key: event.row.key, reason: event.reason },
        'could not look up whether AutoKitteh received an event, retrying',
      );
      return;
    case 'rejected':
      logRarely(
        log,
        rare.next(`rejected ${event.appId}`),
        { app: event.appId, reason: event.reason },
        'an event was refused and not acknowledged',
      );
      return;
    case 'outage':
      log.warn({ reason: event.reason }, 'AutoKitteh does not accept events; new events wait in the journal');
      return;
    case 'passing':
      log.info({ afterMs: event.afterMs }, 'AutoKitteh accepts events again');
      return;
    case 'journal_failing':
      log.error(
        { code: event.code, reason: event.reason },
        'the journal cannot be written; no event is acknowledged',
      );
      return;
    case 'journal_writable':
      log.info('the journal can be written again');
      return;
    default:
      return;
  }
}

/** One line a minute of what may happen for every event; `heldBack` is undefined where there was one a moment ago. */
function logRarely(log: Log, heldBack: number | undefined, fields: object, words: string): void {
  const more = heldBack === undefined || heldBack === 0 ? {} : { moreBefore: heldBack };
  log[heldBack === undefined ? 'debug' : 'warn']({ ...fields, ...more }, words);
}

function logSockets(log: Log, sockets: Channel<SocketEvent>): void {
  /** What was told of each app since its status was last of another kind. */
  const told = new Map<string, { readonly t: string; readonly causes: ToldCauses }>();
  sockets.subscribe((event) => {
    let isNews = true;
    if (event.t === 'app_released') told.delete(event.appId);
    if (event.t === 'status_changed') {
      const { status, appId } = event;
      const cause = causeOf(status);
      const last = told.get(appId);
      const causes = last?.t === status.t ? last.causes : new ToldCauses();
      isNews = causes.isNews(cause);
      told.set(appId, { t: status.t, causes });
    }
    logSocket(log, event, isNews);
  });
}

function causeOf(status: AppSocketsStatus): string {
  if (status.t === 'broken') return status.error;
  return status.t === 'degraded' ? status.reason : '';
}

function logSocket(log: Log, event: SocketEvent, isNews: boolean): void {
  switch (event.t) {
    case 'socket_state': {
      const { appId, socketId, to, why } = event;
      log.debug({ app: appId, socket: socketId, why }, `socket ${to}`);
      return;
    }
    case 'status_changed':
      if (event.status.t === 'broken')
        log[isNews ? 'error' : 'debug']({ app: event.appId, error: event.status.error }, event.status.advice);
      else if (event.status.t === 'degraded')
        log[isNews ? 'warn' : 'debug'](
          { app: event.appId, sockets: event.status.sockets, reason: event.status.reason },
          `sockets degraded; ${event.status.doing}`,
        );
      else
        log[isNews ? 'info' : 'debug'](
          { app: event.appId, sockets: event.status.sockets },
          `sockets ${event.status.t}`,
        );
      return;
    case 'rate_limited':
      log.warn(
        { app: event.appId, retryAfterMs: event.retryAfterMs },
        'Slack limits how often sockets are opened',
      );
      return;
    case 'woke':
      log.info({ afterMs: event.afterMs }, 'the process was suspended, reconnecting all sockets');
      return;
    case 'receiver_failed':
      log.error({ app: event.appId, reason: event.message }, 'an event could not be received');
      return;
    default:
      return;
  }
}
