import { toBinary, create } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventSchema } from '../../../src/gen/autokitteh/events/v1/events_pb.js';
import { sizeOfData } from '../../../src/autokitteh/values-size.js';
import { invalidFields, kindOf } from '../../../src/autokitteh/values-validity.js';
import { classify } from '../../../src/events/classify.js';
import { SIZE_LIMIT, toEvent } from '../../../src/events/mapping.js';
import { eventShape } from '../../../src/events/shapes.js';
import type { JsonObject } from '../../../src/core/json.js';
import { anyJson, EVENT_TYPES, runSeed } from './arbitrary.js';
import { wrap, wrapEvent } from './frames.js';
import type { EnvelopeKind } from '../../../src/slack/envelope.js';

const seed = runSeed('mapping');
const extras = { appId: 'A1', key: 'k' };

const anyFrame = fc.oneof(
  fc
    .tuple(fc.constantFrom(...EVENT_TYPES), anyJson.object)
    .map(([type, event]) => wrapEvent({ ...(event as object), type })),
  fc
    .tuple(fc.constantFrom<EnvelopeKind>('interactive', 'slash_commands'), anyJson.object)
    .map(([kind, payload]) => wrap(kind, payload)),
);

describe('The mapping of arbitrary payloads', () => {
  it('The mapping of an arbitrary payload never throws and makes nothing that could block AutoKitteh', () => {
    fc.assert(
      fc.property(anyFrame, (text) => {
        const { data, eventType } = toEvent(text, extras);
        expect(invalidFields(data)).toBeUndefined();
        expect(eventType).not.toBe('');
        expect(sizeOfData(data)).toBeLessThanOrEqual(SIZE_LIMIT);
        expect(data['body']?.dict).toBeUndefined();
        expect(data['slack_envelope']?.struct).toBeDefined();
      }),
      { seed, numRuns: 1_500 },
    );
  });

  it('The mapping of an arbitrary payload has every key of the built-in with its kind, whatever Slack sends under it', () => {
    fc.assert(
      fc.property(anyFrame, (text) => {
        const { data, eventType } = toEvent(text, extras);
        const shape = eventShape(eventType);
        for (const [key, { kind }] of shape?.fields ?? []) {
          const found = kindOf(data[key]!);
          const number = found === 'integer' || found === 'float' || found === 'bigInteger';
          if (kind.t === 'integer' || kind.t === 'float') expect(number).toBe(true);
          else if (kind.t === 'struct') expect(['struct', 'nothing', 'dict']).toContain(found);
          else expect(found).toBe(kind.t);
        }
      }),
      { seed, numRuns: 500 },
    );
  });

  it('The mapping of an arbitrary payload fits the wire and counts its bytes exactly', () => {
    fc.assert(
      fc.property(anyFrame, (text) => {
        const { data } = toEvent(text, extras);
        const bytes = toBinary(EventSchema, create(EventSchema, { data })).length;
        expect(sizeOfData(data)).toBe(bytes);
      }),
      { seed, numRuns: 200 },
    );
  });

  it('The mapping of an arbitrary payload is the same each time', () => {
    fc.assert(
      fc.property(anyFrame, (text) => {
        expect(toEvent(text, extras)).toEqual(toEvent(text, extras));
      }),
      { seed, numRuns: 100 },
    );
  });
});

describe('The classification of arbitrary payloads', () => {
  it('The classification of an arbitrary payload never throws and gives a key to each frame that it accepts', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<EnvelopeKind>('events_api', 'interactive', 'slash_commands'),
        anyJson.object,
        (kind, payload) => {
          const found = classify({
            kind,
            appId: 'A1',
            envelopeId: 'e-1',
            payload: payload as JsonObject,
          });
          if (found.drop === undefined) {
            expect(found.key).not.toBe('');
            expect(found.eventType).not.toBe('');
            expect(found.installation.appId).toBe('A1');
          }
        },
      ),
      { seed, numRuns: 1_000 },
    );
  });
});
