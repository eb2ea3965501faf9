import { beforeEach, describe, expect, it } from 'vitest';
import type { RightsState } from '../../../src/autokitteh/rights-check.js';
import { Channel } from '../../../src/core/channel.js';
import type { ReadinessState } from '../../../src/core/readiness.js';
import type { DeliveryEvent } from '../../../src/delivery/events.js';
import { logEvents } from '../../../src/ops/log-events.js';
import type { SocketEvent } from '../../../src/slack/events.js';
import type { AppSocketsStatus } from '../../../src/slack/status.js';
import { HandClock } from '../../helpers/hand-clock.js';

const row = { appId: 'A1', connectionId: 'con_1', key: 'Ev1', kind: 'events_api', urgent: false };
const retried: DeliveryEvent = { t: 'retried', row, attempts: 1, reason: 'reset', unanswered: false };

let delivery: Channel<DeliveryEvent>;
let sockets: Channel<SocketEvent>;
let rights: Channel<RightsState>;
let clock: HandClock;
/** Every line above `debug`: its level and its words. */
let lines: string[];

beforeEach(() => {
  delivery = new Channel();
  sockets = new Channel();
  rights = new Channel();
  clock = new HandClock();
  lines = [];
  const write =
    (level: string) =>
    (first: unknown, words?: string): void =>
      void lines.push(`${level} ${words ?? String(first)}`);
  const log = { debug: () => undefined, info: write('info'), warn: write('warn'), error: write('error') };
  logEvents(log as never, {
    delivery,
    sockets,
    rights,
    readiness: new Channel<ReadinessState>(),
    clock,
    logsSteps: false,
  });
});

function status(over: Partial<AppSocketsStatus> & Pick<AppSocketsStatus, 't'>): SocketEvent {
  const common = { sockets: 0, wanted: 2, foreign: 0, tokens: [], answered: true, greeted: true };
  return { t: 'status_changed', appId: 'A1', status: { ...common, ...over } as AppSocketsStatus };
}

describe('the lines of the log about an outage', () => {
  it('An outage of AutoKitteh is a line when it begins and one when it ends, whatever is tried meanwhile', () => {
    delivery.emit(retried);
    delivery.emit({ t: 'outage', reason: 'down' });
    for (let probe = 0; probe < 10; probe++) delivery.emit(retried);
    delivery.emit({ t: 'passing', afterMs: 1000 });
    delivery.emit(retried);
    expect(lines).toEqual([
      'warn an event could not be dispatched, retrying',
      'warn AutoKitteh does not accept events; new events wait in the journal',
      'info AutoKitteh accepts events again',
      'warn an event could not be dispatched, retrying',
    ]);
  });

  it('An outage of Slack is a line for an app when it begins, one for each other cause, and one when it ends', () => {
    sockets.emit(status({ t: 'live' }));
    for (const reason of ['reset', 'no answer', 'reset', 'no answer'])
      sockets.emit(status({ t: 'degraded', reason, doing: 'retrying' }));
    sockets.emit(status({ t: 'live' }));
    sockets.emit(status({ t: 'broken', error: 'invalid_auth', advice: 'save it again' }));
    sockets.emit(status({ t: 'broken', error: 'invalid_auth', advice: 'save it again' }));
    sockets.emit(status({ t: 'broken', error: 'account_inactive', advice: 'reinstall' }));
    expect(lines).toEqual([
      'info sockets live',
      'warn sockets degraded; retrying',
      'warn sockets degraded; retrying',
      'info sockets live',
      'error save it again',
      'error reinstall',
    ]);
  });

  it('That AutoKitteh is unreachable is told once, whatever the reason becomes', () => {
    rights.emit({ t: 'unreachable', reason: 'refused' });
    rights.emit({ t: 'unreachable', reason: 'timeout' });
    rights.emit({ t: 'sufficient', user: undefined });
    rights.emit({ t: 'unreachable', reason: 'refused' });
    expect(lines.map((line) => line.split(',')[0])).toEqual([
      'warn AutoKitteh is unreachable',
      'info AutoKitteh grants all required rights',
      'warn AutoKitteh is unreachable',
    ]);
  });

  it('Events that are refused one after the other are a line a minute for each app', async () => {
    const rejected = { t: 'rejected', appId: 'A1', kind: 'events_api', key: 'Ev1', reason: 'full' } as const;
    for (let count = 0; count < 100; count++) delivery.emit(rejected);
    delivery.emit({ ...rejected, appId: 'A2' });
    expect(lines).toHaveLength(2);
    await clock.advance(60_000);
    delivery.emit(rejected);
    expect(lines).toHaveLength(3);
  });
});
