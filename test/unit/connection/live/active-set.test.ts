import { describe, expect, it } from 'vitest';
import { ActiveSet } from '../../../../src/connection/live/active-set.js';
import { HandClock } from '../../../helpers/hand-clock.js';
import { recordOf } from './entries.js';

const BOTH = [recordOf('one'), recordOf('two')];

describe('ActiveSet', () => {
  it('keeps a connection active for the time of grace, and for no longer', async () => {
    const clock = new HandClock();
    const set = new ActiveSet(clock, 5_000);
    expect([...set.update(['one'], BOTH)]).toEqual(['one']);
    await clock.advance(5_000);
    expect([...set.update([], BOTH)]).toEqual(['one']);
    await clock.advance(1);
    expect([...set.update([], BOTH)]).toEqual([]);
  });

  it('begins the grace anew whenever the connection is seen active', async () => {
    const clock = new HandClock();
    const set = new ActiveSet(clock, 5_000);
    set.update(['one'], BOTH);
    await clock.advance(4_000);
    set.update(['one'], BOTH);
    await clock.advance(4_000);
    expect([...set.update([], BOTH)]).toEqual(['one']);
  });

  it('gives no grace to what was deleted, or was never active', () => {
    const set = new ActiveSet(new HandClock(), 5_000);
    set.update(['one'], BOTH);
    expect([...set.update([], [recordOf('two')])]).toEqual([]);
    expect([...set.update(['one'], [recordOf('two')])]).toEqual([]);
  });
});
