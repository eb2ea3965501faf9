import { describe, expect, it } from 'vitest';
import { Channel } from '../../../src/core/channel.js';
import type { DeliveryEvent } from '../../../src/delivery/events.js';
import { History } from '../../../src/ops/history.js';
import type { SocketEvent } from '../../../src/slack/events.js';
import type { AppSocketsStatus } from '../../../src/slack/status.js';
import { HandClock } from '../../helpers/hand-clock.js';

const ROW = { appId: 'A1', connectionId: 'con_1', key: 'Ev1', kind: 'events_api', urgent: false };
const LIVE: AppSocketsStatus = {
  ...{ t: 'live', sockets: 2, wanted: 2, foreign: 0, tokens: [], answered: true, greeted: true },
};
const START = Date.UTC(2026, 0, 5, 12, 0, 30);
const MINUTE = 60_000;

function start() {
  const clock = new HandClock(START);
  const delivery = new Channel<DeliveryEvent>();
  const sockets = new Channel<SocketEvent>();
  const journal = { waiting: 0, broken: false };
  const history = new History({
    waiting: () =>
      journal.broken ? Promise.reject(new Error('no journal')) : Promise.resolve(journal.waiting),
    ...{ delivery, sockets, clock },
  });
  const receive = (ms: number): void => {
    const label = { appId: 'A1', kind: 'events_api', key: 'Ev1' };
    delivery.emit({ t: 'received', ...label, socketId: 's1', connections: 1 });
    delivery.emit({ t: 'journaled', ...label, ms });
    // Slack repeats what was acknowledged late.
    delivery.emit({ t: 'received', ...label, socketId: 's1', connections: 1 });
    delivery.emit({ t: 'duplicate', ...label });
    delivery.emit({ t: 'acknowledged', appId: 'A1', kind: 'events_api', key: 'Ev1', ms });
    delivery.emit({
      t: 'dispatched',
      eventId: 'evt_1',
      row: ROW,
      attempts: 1,
      ms: 10 * ms,
      waitedMs: 11 * ms,
    });
  };
  return { clock, delivery, sockets, journal, history, receive };
}

describe('The last hour', () => {
  it('The last hour has sixty minutes, the present one last, and those before the start are empty', () => {
    const { history } = start();
    const minutes = history.minutes();
    expect(minutes.length).toBe(60);
    expect(minutes.at(-1)).toMatchObject({ at: Date.UTC(2026, 0, 5, 12), events: 0, sockets: 0 });
    expect(minutes.at(-2)).toEqual({ at: Date.UTC(2026, 0, 5, 11, 59) });
    expect(minutes[0]?.at).toBe(Date.UTC(2026, 0, 5, 11, 1));
  });

  it('A minute has its events, and the durations that half and nearly all of them did not exceed', async () => {
    const { clock, history, receive } = start();
    for (let ms = 1; ms <= 100; ms++) receive(ms);
    await clock.advance(MINUTE);
    receive(7);
    const [before, now] = history.minutes().slice(-2);
    expect(before).toMatchObject({
      ...{ events: 100, delivered: 100 },
      acknowledgement: { p50: 50, p99: 99 },
      dispatch: { p50: 500, p99: 990 },
    });
    expect(now).toMatchObject({ events: 1, acknowledgement: { p50: 7, p99: 7 } });
  });

  it('The sockets of all apps are counted as they come and go', async () => {
    const { clock, history, sockets } = start();
    history.start();
    sockets.emit({ t: 'status_changed', appId: 'A1', status: LIVE });
    sockets.emit({ t: 'status_changed', appId: 'A2', status: { ...LIVE, sockets: 1 } });
    await clock.advance(MINUTE);
    sockets.emit({ t: 'app_released', appId: 'A1' });
    await clock.advance(2 * MINUTE);
    expect(
      history
        .minutes()
        .slice(-4)
        .map((minute) => minute.sockets),
    ).toEqual([3, 1, 1, 1]);
    history.stop();
  });

  it('What waits is looked at again and again, and a journal that fails leaves a gap', async () => {
    const { clock, history, journal } = start();
    history.start();
    await clock.advance(15_000);
    journal.waiting = 40;
    await clock.advance(15_000);
    journal.waiting = 3;
    await clock.advance(14_000);
    expect(history.minutes().at(-1)?.waiting).toBe(40);
    journal.broken = true;
    await clock.advance(2 * MINUTE);
    expect(history.minutes().at(-1)?.waiting).toBeUndefined();
    journal.broken = false;
    await clock.advance(MINUTE);
    expect(history.minutes().at(-1)?.waiting).toBe(3);
    history.stop();
    expect(clock.pendingTimers).toBe(0);
  });

  it('A day of events leaves sixty minutes, and a program at rest shows quiet minutes and not a gap', async () => {
    const { clock, history, receive } = start();
    history.start();
    for (let hour = 0; hour < 24; hour++) {
      receive(5);
      await clock.advance(60 * MINUTE);
    }
    const minutes = history.minutes();
    expect(minutes.length).toBe(60);
    expect(minutes.every(({ events }) => events !== undefined)).toBe(true);
    history.stop();
  });
});
