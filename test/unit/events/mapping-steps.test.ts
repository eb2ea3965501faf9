import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toEvent } from '../../../src/events/mapping.js';
import { Steps } from '../../../src/events/steps.js';
import { runSeed } from './arbitrary.js';
import { HOSTILE } from './hostile-frames.js';

const seed = runSeed('the steps of mapping');

/** The steps that mapping a frame takes. */
function stepsOf(text: string): number {
  const steps = new Steps(Infinity);
  toEvent(text, { appId: 'A1', key: 'k' }, steps);
  return steps.taken;
}

describe('the work that a frame makes', () => {
  it('Twice as much of anything in a frame makes at most twice as many steps, and a few', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(HOSTILE)),
        fc.integer({ min: 50, max: 1_000 }),
        (kind, size) => {
          const frame = HOSTILE[kind];
          if (frame === undefined) throw new Error('no such kind of frame');
          // A larger event may be cut, which takes one pass over it for each step of cutting.
          const [once, twice] = [stepsOf(frame(size)), stepsOf(frame(2 * size))];
          expect(twice).toBeLessThanOrEqual(2 * once + 100);
        },
      ),
      { seed, numRuns: 60 },
    );
  });

  it('A frame with thousands of keys that become alike is mapped, and each key stays', () => {
    const text = HOSTILE['keys that become alike, and like the numbers given to them']?.(3_000) ?? '';
    expect(text.length).toBeGreaterThan(180_000);
    const { data } = toEvent(text, { appId: 'A1', key: 'k' });
    const keys = data['map']?.dict?.items.map(({ k }) => k?.string?.v) ?? [];
    expect(keys).toHaveLength(6_000);
    expect(new Set(keys).size).toBe(6_000);
  });

  it('A frame that takes more steps than one of its length can need is refused', () => {
    const text = HOSTILE['many lists']?.(1_000) ?? '';
    expect(() => toEvent(text, { appId: 'A1', key: 'k' }, new Steps(500))).toThrow(/more than 500 steps/);
    for (const [kind, frame] of Object.entries(HOSTILE)) {
      for (const size of [1, 10, 5_000])
        expect(() => toEvent(frame(size), { appId: 'A1', key: 'k' }), kind).not.toThrow();
    }
  });
});
