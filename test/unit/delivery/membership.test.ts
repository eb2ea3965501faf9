import { describe, expect, test } from 'vitest';
import { Channel } from '../../../src/core/channel.js';
import { scaledClock, sleep, type Clock } from '../../../src/core/clock.js';
import { PluginError } from '../../../src/core/errors.js';
import type { Member, Membership } from '../../../src/storage/cluster.js';
import type { Journal, Settlement } from '../../../src/storage/journal.js';
import { eventually } from '../../helpers/eventually.js';
import { HandClock } from '../../helpers/hand-clock.js';
import { rig, type Rig } from './rig.js';

const WANT = { appId: 'A1', connectionId: 'con_1', urgent: false, limit: 10 };
const LIMITS = { sharedMs: 100, recoveryDelayMs: 100 };

/** A lease that the test ends and gives back. */
class PlayedMembership implements Membership {
  isLeased = true;
  /** Keys of rows whose claim is lost. */
  readonly lost = new Set<number>();
  readonly isShared = true;
  readonly instance = 'this';
  readonly lapsed = new Channel<undefined>();
  readonly fenced = new Channel<undefined>();
  readonly changed = new Channel<undefined>();
  /** All times are this much ahead of the clock of this machine. */
  ahead = 0;
  names = ['this'];

  constructor(readonly clock: Clock = scaledClock(100)) {}

  readonly now = (): number => this.clock.now() + this.ahead;

  members(): readonly Member[] {
    return this.names.map((name) => ({ name, instance: name, isDraining: false }));
  }

  drain(): Promise<void> {
    return Promise.resolve();
  }

  /** The lease ends, and is held again at once or later. */
  lapse(): void {
    this.isLeased = false;
    this.lapsed.emit(undefined);
  }

  holdsLease(): boolean {
    return this.isLeased;
  }

  holds({ id }: { readonly id: number }): boolean {
    return this.isLeased && !this.lost.has(id);
  }
}

const same = (journal: Journal): Journal => journal;

describe('delivery in a process that shares its journal', () => {
  test('Without a lease events are journaled, and none is claimed or dispatched before there is one again', async () => {
    const membership = new PlayedMembership();
    const r = await rig(scaledClock(100), LIMITS, same, membership);
    await r.delivery.start();
    membership.isLeased = false;
    expect(await r.take({ key: 'a' })).toBe('journaled');
    // It would be claimed by now if it were not for the lease: others can claim it.
    expect((await r.journal.claim('another', r.clock.now(), [WANT])).rows).toMatchObject([{ key: 'a' }]);
    expect(r.server.got).toEqual([]);
    await r.take({ key: 'b', conversation: 'C2' });
    membership.isLeased = true;
    await eventually(() => r.server.got.includes('b'), 'the event is dispatched');
  });

  test('A row whose claim was lost while an event was made of it is not sent, and goes back to the journal', async () => {
    const membership = new PlayedMembership();
    const r = await rig(scaledClock(100), LIMITS, same, membership);
    let times = 0;
    r.server.preparing = ({ id }) => {
      times += 1;
      if (times === 1) membership.lost.add(id);
      else membership.lost.clear();
    };
    await r.delivery.start();
    await r.take({ key: 'a' });
    await eventually(() => r.server.got.length > 0, 'the event is dispatched in the end');
    expect([times, r.server.got]).toEqual([2, ['a']]);
  });

  test('A dispatch is ended when the lease ends under which it began, and its event is looked up before it is sent again', async () => {
    const membership = new PlayedMembership();
    const r = await rig(membership.clock, LIMITS, same, membership);
    const begun: string[] = [];
    r.server.answer = ({ key }, signal) => {
      begun.push(key);
      if (begun.length > 1) return { t: 'delivered', eventId: 'evt' };
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    };
    await r.delivery.start();
    await r.take({ key: 'a' });
    await eventually(() => begun.length === 1, 'it is under way');
    membership.lapse();
    await eventually(async () => (await r.delivery.stats()).inFlight === 0, 'it is ended');
    expect([begun, r.server.lookedUp]).toEqual([['a'], []]);
    membership.isLeased = true;
    await eventually(() => r.server.got.length === 1, 'it is sent again');
    expect(r.server.lookedUp).toContain('a');
    expect(r.tags()).not.toContain('outage');
  });

  test('Rows are written with the time that all members agree on', async () => {
    const membership = new PlayedMembership();
    membership.ahead = -3_600_000;
    const r = await rig(membership.clock, LIMITS, same, membership);
    await r.take({ key: 'a' });
    const before = membership.now() + 1;
    const { rows } = await r.journal.claim('another', before, [WANT]);
    expect(rows).toMatchObject([{ key: 'a' }]);
    expect(rows[0]?.receivedAt).toBeLessThanOrEqual(before);
    await r.delivery.start();
    await r.take({ key: 'b', conversation: 'C2' });
    await eventually(() => r.tags().includes('dispatched'), 'it is dispatched');
    const [dispatched] = r.seen.filter((event) => event.t === 'dispatched');
    expect(dispatched?.waitedMs).toBeLessThan(3_000_000);
  });

  test('Rows that another process left in flight are looked up and sent at any time, not only at the start', async () => {
    const r = await rig(scaledClock(100), LIMITS, same, new PlayedMembership());
    await r.delivery.start();
    for (const key of ['found', 'lost']) {
      const written = r.event({ key, conversation: key });
      await r.journal.append([{ connectionId: 'con_1', ...written, claimFor: 'another' }]);
    }
    r.server.stored.add('found');
    await eventually(() => r.server.got.length > 0, 'what the other one left is sent');
    await eventually(async () => (await r.journal.stats()).sources[0]?.waiting === 0, 'both have ended');
    expect(new Set(r.server.lookedUp)).toEqual(new Set(['found', 'lost']));
    expect(r.server.got).toEqual(['lost']);
  });

  /** A row of a conversation of its own, that another process was dispatching when it died. */
  async function leave(r: Rig, key: string): Promise<void> {
    const written = r.event({ key, conversation: key });
    await r.journal.append([{ connectionId: 'con_1', ...written, claimFor: 'another' }]);
  }

  test('What a process was dispatching is taken over at once when its lease was ended here', async () => {
    const membership = new PlayedMembership();
    const r = await rig(membership.clock, { ...LIMITS, sharedMs: 1e9 }, same, membership);
    await r.delivery.start();
    await leave(r, 'first');
    membership.fenced.emit(undefined);
    await eventually(() => r.server.got.length > 0, 'what the other one left is sent');
    await leave(r, 'second');
    membership.fenced.emit(undefined);
    await eventually(() => r.server.got.length > 1, 'and what the next one left');
    expect(r.server.got).toEqual(['first', 'second']);
  });

  test('A row that was taken over is looked up at once and sent 1.5 s later, although the server takes other events', async () => {
    const clock = new HandClock();
    const membership = new PlayedMembership(clock);
    const r = await rig(clock, {}, same, membership);
    await r.delivery.start();
    await leave(r, 'left');
    membership.fenced.emit(undefined);
    await clock.advance(10);
    expect(r.server.lookedUp).toEqual(['left']);
    void r.take({ key: 'other', conversation: 'other' });
    await clock.advance(1_400);
    expect(r.server.got).toEqual(['other']);
    await clock.advance(100);
    expect(r.server.got).toEqual(['other', 'left']);
  });

  test('A row that was taken over waits longer if the server has failed meanwhile', async () => {
    const clock = new HandClock();
    const membership = new PlayedMembership(clock);
    const r = await rig(clock, {}, same, membership);
    await r.delivery.start();
    await leave(r, 'left');
    const find = r.server.find.bind(r.server);
    // It takes as long as the server stands still, and is no sign that the first request was lost.
    r.server.find = async (row) => {
      await sleep(clock, 2_000);
      return find(row);
    };
    membership.fenced.emit(undefined);
    await clock.advance(1_000);
    void r.take({ key: 'other', conversation: 'other' });
    await clock.advance(2_000);
    expect([r.server.lookedUp, r.server.got]).toEqual([['left'], ['other']]);
    r.server.find = find;
    await clock.advance(7_000);
    expect(r.server.got).toEqual(['other']);
    await clock.advance(3_000);
    expect(r.server.got).toEqual(['other', 'left']);
  });

  test('Rows that another process wrote and did not claim are found', async () => {
    const r = await rig(scaledClock(100), LIMITS, same, new PlayedMembership());
    await r.delivery.start();
    await r.journal.append([{ connectionId: 'con_1', ...r.event({ key: 'theirs' }) }]);
    await eventually(() => r.server.got.length > 0, 'it is sent');
    expect(r.server.got).toEqual(['theirs']);
  });

  test('What ends a claim names its turn, of a row that was claimed in being written and of one that had to wait', async () => {
    const settlements: Settlement[] = [];
    const withTurns = (journal: Journal): Journal => ({
      ...journal,
      async append(rows) {
        const appended = await journal.append(rows);
        return appended.map((each) => (typeof each === 'object' ? { ...each, turn: 1 } : each));
      },
      async claim(...args) {
        const { rows, next } = await journal.claim(...args);
        return { rows: rows.map((row) => ({ ...row, turn: 7 })), next };
      },
      settle(owner, now, some) {
        settlements.push(...some);
        return journal.settle(owner, now, some);
      },
    });
    const r = await rig(scaledClock(100), LIMITS, withTurns, new PlayedMembership());
    await r.delivery.start();
    await Promise.all([r.take({ key: 'a' }), r.take({ key: 'b' })]);
    await eventually(() => settlements.length === 2, 'both have ended');
    expect(settlements.map(({ turn }) => turn)).toEqual([1, 7]);
  });
});

describe('the state of delivery while the journal cannot be read', () => {
  test('The state has the counts of before, and says that the journal fails', async () => {
    let isAway = false;
    const r = await rig(scaledClock(100), LIMITS, (journal) => ({
      ...journal,
      stats: () =>
        isAway
          ? Promise.reject(new PluginError('journal_unavailable', 'PostgreSQL is away'))
          : journal.stats(),
    }));
    await r.take({ key: 'a' });
    expect(await r.delivery.stats()).toMatchObject({ waiting: 1, journalFailing: undefined });
    isAway = true;
    expect(await r.delivery.stats()).toMatchObject({ waiting: 1, journalFailing: 'PostgreSQL is away' });
  });
});
