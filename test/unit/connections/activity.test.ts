import { describe, expect, it } from 'vitest';
import { ActivityLog } from '../../../src/connections/activity.js';
import { Channel } from '../../../src/core/channel.js';
import type { DeliveryEvent, RowLabel } from '../../../src/delivery/events.js';
import { HandClock } from '../../helpers/hand-clock.js';

function rowOf(connectionId: string, kind = 'events_api'): RowLabel {
  return { appId: 'A1', connectionId, key: 'Ev1', kind, urgent: false };
}

describe('ActivityLog', () => {
  it('The activity log counts delivered and refused events by connection and remembers the last event', async () => {
    const clock = new HandClock();
    const events = new Channel<DeliveryEvent>();
    const log = new ActivityLog(events, clock);
    const start = clock.now();
    events.emit({ t: 'dispatched', eventId: 'evt_1', row: rowOf('one'), attempts: 1, ms: 5, waitedMs: 9 });
    await clock.advance(1_000);
    events.emit({ t: 'recovered_unconfirmed', eventId: 'evt_1', row: rowOf('one', 'interactive') });
    events.emit({ t: 'dead', row: rowOf('one'), attempts: 8, reason: 'refused' });
    events.emit({ t: 'retried', unanswered: false, row: rowOf('one'), attempts: 1, reason: 'busy' });
    events.emit({ t: 'dead', row: rowOf('two'), attempts: 8, reason: 'refused' });
    events.emit({ t: 'outage', reason: 'away' });
    expect(log.of('one')).toEqual({
      delivered: 2,
      dead: 1,
      lastEvent: { type: 'interactive', at: start + 1_000 },
    });
    expect(log.of('two')).toEqual({ delivered: 0, dead: 1, lastEvent: undefined });
  });

  it('The activity log forgets connections that are gone', () => {
    const events = new Channel<DeliveryEvent>();
    const log = new ActivityLog(events, new HandClock());
    for (const id of ['one', 'two'])
      events.emit({ t: 'recovered_unconfirmed', eventId: 'evt_1', row: rowOf(id) });
    log.retain(new Set(['two']));
    expect(log.of('one')).toEqual({ delivered: 0, dead: 0, lastEvent: undefined });
    expect(log.of('two').delivered).toBe(1);
  });
});
