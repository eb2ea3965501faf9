import { describe, expect, it } from 'vitest';
import { ActiveSet } from '../../../src/connections/active-set.js';
import { HandClock } from '../../helpers/hand-clock.js';

const BOTH = new Set(['one', 'two']);

describe('ActiveSet', () => {
  it('The active set keeps a connection for the grace period and no longer', async () => {
    const clock = new HandClock();
    const set = new ActiveSet(clock, 5_000);
    expect([...set.update(['one'], BOTH)]).toEqual(['one']);
    await clock.advance(5_000);
    expect([...set.update([], BOTH)]).toEqual(['one']);
    await clock.advance(1);
    expect([...set.update([], BOTH)]).toEqual([]);
  });

  it('The grace period starts again whenever the connection is seen active', async () => {
    const clock = new HandClock();
    const set = new ActiveSet(clock, 5_000);
    set.update(['one'], BOTH);
    await clock.advance(4_000);
    set.update(['one'], BOTH);
    await clock.advance(4_000);
    expect([...set.update([], BOTH)]).toEqual(['one']);
  });

  it('The grace period ends while the server goes on to name an active connection that it does not list', async () => {
    const clock = new HandClock();
    const set = new ActiveSet(clock, 5_000);
    const found = ['one', 'unlisted'];
    set.update(['two'], BOTH);
    expect([...set.update(found, BOTH)].toSorted()).toEqual(['one', 'two']);
    await clock.advance(5_001);
    expect([...set.update(found, BOTH)]).toEqual(['one']);
  });

  it('The active set is the same set while the same connections are active, whatever else is listed', async () => {
    const clock = new HandClock();
    const set = new ActiveSet(clock, 5_000);
    const first = set.update(['one'], BOTH);
    expect(set.update(['one'], new Set(['one', 'two', 'three']))).toBe(first);
    expect(set.update([], BOTH)).toBe(first);
    expect(set.isAnyInGrace).toBe(true);
    await clock.advance(1_000);
    expect(set.update(['one'], BOTH)).toBe(first);
    expect(set.isAnyInGrace).toBe(false);
  });

  it('The active set gives no grace to a connection that was deleted or was never active', () => {
    const set = new ActiveSet(new HandClock(), 5_000);
    set.update(['one'], BOTH);
    expect([...set.update([], new Set(['two']))]).toEqual([]);
    expect([...set.update(['one'], new Set(['two']))]).toEqual([]);
  });
});
