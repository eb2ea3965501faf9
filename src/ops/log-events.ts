import type { RightsState } from '../autokitteh/rights-check.js';
import type { Channel } from '../core/channel.js';
import type { Log } from '../core/log.js';
import type { ReadinessState } from '../core/readiness.js';
import type { DeliveryEvent } from '../delivery/events.js';
import type { SocketEvent } from '../slack/socket-event.js';

/** Writes what operators want to read of what the parts report; what happens for every event is for metrics. */
export function logEvents(
  log: Log,
  parts: {
    readonly delivery: Channel<DeliveryEvent>;
    readonly sockets: Channel<SocketEvent>;
    readonly identity: Channel<RightsState>;
    readonly readiness: Channel<ReadinessState>;
  },
): void {
  parts.delivery.subscribe((event) => logDelivery(log, event));
  parts.sockets.subscribe((event) => logSocket(log, event));
  parts.readiness.subscribe((state) => {
    if (state.t === 'ready') log.info('ready for requests');
  });
  parts.identity.subscribe((verdict) => {
    if (verdict.t === 'insufficient') log.error(verdict.advice);
    if (verdict.t === 'unreachable')
      log.warn({ reason: verdict.reason }, 'AutoKitteh is unreachable, retrying');
    if (verdict.t === 'sufficient')
      log.info({ user: verdict.user?.displayName }, 'AutoKitteh grants all required rights');
  });
}

function logDelivery(log: Log, event: DeliveryEvent): void {
  switch (event.t) {
    case 'dead':
      log.error(
        { connection: event.row.connectionId, key: event.row.key, reason: event.reason },
        'event moved to dead letters (`ak-slack dead-letters list`)',
      );
      return;
    case 'retried':
      log.warn(
        { connection: event.row.connectionId, attempts: event.attempts, reason: event.reason },
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
      log.warn(
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
      log.warn({ app: event.appId, reason: event.reason }, 'an event was refused and not acknowledged');
      return;
    case 'outage':
      log.warn({ reason: event.reason }, 'AutoKitteh does not accept events; they wait in the journal');
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

function logSocket(log: Log, event: SocketEvent): void {
  switch (event.t) {
    case 'socket_state': {
      const { appId, socketId, to, why } = event;
      log.debug({ app: appId, socket: socketId, why }, `socket ${to}`);
      return;
    }
    case 'status_changed':
      if (event.status.t === 'broken')
        log.error({ app: event.appId, error: event.status.error }, event.status.advice);
      else if (event.status.t === 'degraded')
        log.warn(
          { app: event.appId, sockets: event.status.sockets, reason: event.status.reason },
          `sockets degraded; ${event.status.doing}`,
        );
      else log.info({ app: event.appId, sockets: event.status.sockets }, `sockets ${event.status.t}`);
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
