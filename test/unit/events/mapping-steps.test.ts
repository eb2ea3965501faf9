import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeDispatch } from '../../../src/autokitteh/dispatch-encoding.js';
import { sizeOfData } from '../../../src/autokitteh/values-size.js';
import { isJsonObject, type ExactJson } from '../../../src/core/json.js';
import { innerEvent, Steps } from '../../../src/events/frame.js';
import { classify } from '../../../src/events/classify.js';
import { toEvent } from '../../../src/events/mapping.js';
import { clickedMessage, updateAfterButton } from '../../../src/events/message-update.js';
import { eventShape } from '../../../src/events/shapes.js';
import { conflictEntries, mapMembers, type Mapping } from '../../../src/events/struct-mapping.js';
import { readsOf } from './counted-reads.js';
import { runSeed } from './arbitrary.js';
import { HOSTILE } from './hostile-frames.js';
import { HOSTILE_CLICKS } from './hostile-clicks.js';
import type { EnvelopeKind } from '../../../src/slack/envelope.js';

const seed = runSeed('the steps of mapping');

/** The steps that mapping a frame takes. */
function stepsOf(text: string): number {
  const steps = new Steps(Infinity);
  toEvent(text, { appId: 'A1', key: 'k' }, steps);
  return steps.taken;
}

interface Parts {
  readonly type: EnvelopeKind;
  readonly payload: { readonly [key: string]: ExactJson };
}

function partsOf(text: string): Parts {
  return JSON.parse(text) as Parts;
}

/** The bytes that were counted while an event was mapped without a limit, and those that it has. */
function bytesOf(text: string): { counted: number; made: number } {
  const { type, payload } = partsOf(text);
  const inner = innerEvent(type, payload);
  if (inner === undefined) throw new Error('the frame holds no event');
  let counted = 0;
  const nothing = (): void => undefined;
  const limits = { depth: 28, text: Infinity, members: Infinity, cut: nothing, step: nothing };
  const mapping: Mapping = {
    limits: { ...limits, grow: (bytes) => void (counted += bytes) },
    onlyKnown: false,
    conflicts: [],
  };
  const { fields, others } = mapMembers(eventShape(inner.eventType), inner.event, mapping);
  const made = [...Object.entries(fields), ...others, ...conflictEntries(mapping)];
  return { counted, made: made.reduce((bytes, [key, value]) => bytes + sizeOfData({ [key]: value }), 0) };
}

describe('the work that a frame makes', () => {
  it('What is made of a frame is counted in bytes while it is made, never too high and at least an eighth of it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(HOSTILE)),
        fc.integer({ min: 1, max: 500 }),
        (kind, size) => {
          const { counted, made } = bytesOf(HOSTILE[kind]?.(size) ?? '');
          // A struct's constructor is counted at the top, too, where it is left out.
          expect(counted).toBeLessThanOrEqual(made + 100);
          expect(made).toBeLessThanOrEqual(8 * counted + 100);
        },
      ),
      { seed, numRuns: 60 },
    );
  });

  it('The classification of a frame reads at most twice as much where anything in it is twice as much', () => {
    const readsOfClassifying = (text: string): number => {
      const { type, payload } = partsOf(text);
      return readsOf(payload, (counted) => {
        if (!isJsonObject(counted)) throw new Error('no payload');
        classify({ kind: type, appId: 'A1', envelopeId: 'e', payload: counted });
      });
    };
    for (const [kind, frame] of Object.entries(HOSTILE)) {
      const [once, twice] = [readsOfClassifying(frame(1_000)), readsOfClassifying(frame(2_000))];
      expect(once, kind).toBeGreaterThan(0);
      expect(twice, kind).toBeLessThanOrEqual(2 * once + 100);
    }
  });

  it('The encoding of an event reads at most twice as much where anything in its frame is twice as much', () => {
    const readsOfEncoding = (text: string): number =>
      readsOf(toEvent(text, { appId: 'A1', key: 'k' }), (event) =>
        encodeDispatch({ destinationId: 'con_1', ...event }),
      );
    for (const [kind, frame] of Object.entries(HOSTILE)) {
      const [once, twice] = [readsOfEncoding(frame(500)), readsOfEncoding(frame(1_000))];
      expect(once, kind).toBeGreaterThan(100);
      expect(twice, kind).toBeLessThanOrEqual(2 * once + 100);
    }
  });

  it.each(Object.entries(HOSTILE_CLICKS))(
    'The update of a clicked message reads at most twice as much where %s are twice as many',
    (_, click) => {
      const readsOfUpdating = (size: number): number =>
        readsOf(click(size), (payload) => {
          if (!isJsonObject(payload)) throw new Error('no payload');
          clickedMessage(payload);
          updateAfterButton(payload);
        });
      const [once, twice] = [readsOfUpdating(500), readsOfUpdating(1_000)];
      expect(once).toBeGreaterThan(500);
      expect(twice).toBeLessThanOrEqual(2 * once + 100);
    },
  );

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
