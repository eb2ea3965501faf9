import { describe, expect, it } from 'vitest';
import { backoffDelay } from '../../../src/core/backoff.js';
import { deadline, Deadlines } from '../../../src/core/cancellation.js';
import { Channel } from '../../../src/core/channel.js';
import { sleep } from '../../../src/core/clock.js';
import { PluginError } from '../../../src/core/errors.js';
import { Background, Releasers } from '../../../src/core/lifecycle.js';
import { seededRandom } from '../../../src/core/random.js';
import { HandClock } from '../../helpers/hand-clock.js';

describe('backoffDelay', () => {
  it('The backoff delay doubles up to its maximum and is never less than half of it', () => {
    const policy = { firstMs: 100, factor: 2, maxMs: 1000 };
    expect(backoffDelay(policy, 1, () => 0)).toBe(50);
    expect(backoffDelay(policy, 3, () => 0.999_999)).toBeCloseTo(400, 2);
    expect(backoffDelay(policy, 5000, () => 0)).toBe(500);
  });
});

describe('Channel', () => {
  it("A channel keeps a subscriber's exception from the emitter and from the other subscribers", () => {
    const failures: unknown[] = [];
    const channel = new Channel<number>((error) => failures.push(error));
    const seen: number[] = [];
    channel.subscribe(() => {
      throw new Error('mine');
    });
    const end = channel.subscribe((event) => seen.push(event));
    channel.emit(1);
    end();
    channel.emit(2);
    expect(seen).toEqual([1]);
    expect(failures).toHaveLength(2);
  });
});

describe('Releasers', () => {
  it('Releasers release in reverse order, all of them even if one fails, and only once', async () => {
    const order: string[] = [];
    const releasers = new Releasers();
    releasers.push('first', () => void order.push('first'));
    releasers.push('broken', () => Promise.reject(new Error('no')));
    releasers.push('last', () => void order.push('last'));
    await expect(releasers.releaseAll()).rejects.toThrow('some parts did not stop cleanly');
    await expect(releasers.releaseAll()).rejects.toThrow(AggregateError);
    expect(order).toEqual(['last', 'first']);
    expect(() => releasers.push('late', () => undefined)).toThrow(PluginError);
  });
});

describe('Background', () => {
  it('Background work reports its failures and waits for work that other work starts', async () => {
    const failures: string[] = [];
    const background = new Background((name) => failures.push(name));
    const done: string[] = [];
    background.run('outer', async () => {
      await Promise.resolve();
      background.run('inner', () => Promise.reject(new Error('no')));
      done.push('outer');
    });
    await background.idle();
    expect(done).toEqual(['outer']);
    expect(failures).toEqual(['inner']);
    expect(background.size).toBe(0);
  });
});

describe('The functions deadline and sleep', () => {
  it('A deadline aborts after its time and leaves no timer', async () => {
    const clock = new HandClock();
    const limit = deadline(clock, 100, 'asking Slack');
    const sleeping = sleep(clock, 1000, limit.signal);
    const outcome = expect(sleeping).rejects.toThrow('asking Slack took longer than 100 ms');
    await clock.advance(100);
    await outcome;
    limit.cleanup();
    expect(clock.pendingTimers).toBe(0);
  });

  it('A deadline follows its parent', () => {
    const clock = new HandClock();
    const parent = new AbortController();
    const limit = deadline(clock, 100, 'x', parent.signal);
    parent.abort(new PluginError('stopped', 'stopping'));
    expect(limit.signal.aborted).toBe(true);
    limit.cleanup();
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('Deadlines', () => {
  it('Deadlines end each after its own time, or all at once, also those that come later', async () => {
    const clock = new HandClock();
    const deadlines = new Deadlines(clock);
    const [short, long, done] = [100, 1000, 50].map((delay) => deadlines.start(delay, 'it'));
    done?.cleanup();
    await clock.advance(100);
    expect(short?.signal.reason).toMatchObject({ code: 'timeout', message: 'it took longer than 100 ms' });
    expect([long?.signal.aborted, done?.signal.aborted, deadlines.isEnded]).toEqual([false, false, false]);
    deadlines.end();
    const late = deadlines.start(100, 'late');
    for (const each of [long, late]) expect(each?.signal.reason).toMatchObject({ code: 'stopped' });
    expect([short?.signal.reason, done?.signal.aborted]).toMatchObject([{ code: 'timeout' }, false]);
    for (const each of [short, long, late]) each?.cleanup();
    expect(clock.pendingTimers).toBe(0);
  });

  it('Deadlines reuse a signal after its deadline ended, but never one that was aborted', async () => {
    const clock = new HandClock();
    const deadlines = new Deadlines(clock);
    const first = deadlines.start(100, 'it');
    first.cleanup();
    first.cleanup();
    const second = deadlines.start(100, 'it');
    expect(second.signal).toBe(first.signal);
    const third = deadlines.start(1000, 'it');
    expect(third.signal).not.toBe(second.signal);
    await clock.advance(100);
    second.cleanup();
    expect(deadlines.start(100, 'it').signal.aborted).toBe(false);
    expect(third.signal.aborted).toBe(false);
  });
});

describe('seededRandom', () => {
  it('The seeded random numbers repeat for a seed and differ between seeds', () => {
    const take = (seed: number): number[] => Array.from({ length: 3 }, seededRandom(seed));
    expect(take(7)).toEqual(take(7));
    expect(take(7)).not.toEqual(take(8));
    expect(take(7).every((number) => number >= 0 && number < 1)).toBe(true);
  });
});
