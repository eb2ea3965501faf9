import { describe, expect, it } from 'vitest';
import { Arrival } from '../../../src/delivery/arrival.js';
import { NOTE_BYTES, noteDispatch, readOrigin, readStep } from '../../../src/delivery/event-path.js';
import type { PathNote } from '../../../src/storage/paths.js';

const RECEIVED = 1_790_000_000_123;
const row = {
  id: 7,
  appId: 'A07QX4M2TZ1',
  connectionId: 'con_01j2x5k8w3f4m6n7p9q0r1s2t3',
  key: 'Ev07QX4M2TZ',
  kind: 'events_api',
  conversation: 'C1',
  urgent: false,
  body: '{}',
  receivedAt: RECEIVED,
  attempts: 1,
  retried: false,
};
const sent = { at: RECEIVED + 1_234, ms: 56.7, answer: 'delivered' } as const;
const ignore = (): void => undefined;

describe('the note of the path of an event', () => {
  it('A note is read back as it was made', () => {
    const arrival = new Arrival('s12');
    arrival.journaledMs = 2.2;
    arrival.acknowledged(3);
    const note = noteDispatch(
      { ...row, arrival },
      { eventType: 'message', channel: 'C07TRIAGE01' },
      sent,
      ignore,
    );
    expect(note.key).toBe(row.key);
    expect(readOrigin(note.origin)).toEqual({
      ...{ appId: row.appId, connectionId: row.connectionId, type: 'message', channel: 'C07TRIAGE01' },
      ...{ receivedAt: RECEIVED, socketId: 's12', journaledMs: 3, acknowledgedMs: 3 },
    });
    expect(readStep(note.step, RECEIVED)).toEqual({ at: RECEIVED + 1_234, ms: 57, answer: 'delivered' });
  });

  it.each([
    ['an event', {}],
    ['an interaction', { key: `block_actions:1234567890123.1234567890123.${'0f'.repeat(16)}` }],
    ['a key without end', { key: 'k'.repeat(10_000) }],
  ])('A note of %s takes at most 200 bytes with the id of the server, and every step the same', (_, over) => {
    const arrival = new Arrival('s4294967296');
    arrival.journaledMs = 123_456;
    arrival.acknowledged(123_456);
    const described = { eventType: 't'.repeat(1_000), channel: 'c'.repeat(1_000) };
    const late = { at: RECEIVED + 1e12, ms: 1e12, answer: 'unanswered' } as const;
    const note = noteDispatch({ ...row, ...over, arrival }, described, late, ignore);
    const bytes =
      Buffer.byteLength(note.key + note.origin + note.step) + 'evt_01j2x5k8w3f4m6n7p9q0r1s2t3'.length;
    expect(bytes).toBeLessThanOrEqual(NOTE_BYTES);
    expect(note.step).toHaveLength(11);
  });

  it('An acknowledgement that comes after the end of the dispatch is noted by itself', () => {
    const arrival = new Arrival('s1');
    const noted: [number, PathNote][] = [];
    const first = noteDispatch({ ...row, arrival }, {}, sent, (id, note) => noted.push([id, note]));
    expect(readOrigin(first.origin)?.acknowledgedMs).toBeUndefined();
    expect(noted).toEqual([]);
    arrival.acknowledged(2_400);
    expect(noted).toMatchObject([[7, { key: row.key, step: '' }]]);
    expect(readOrigin(noted[0]![1].origin)?.acknowledgedMs).toBe(2_400);
  });

  it.each(['', 'null', '[]', '{"a":1}', 'no JSON'])(
    'An origin that cannot be read harms nothing: %j',
    (origin) => {
      expect(() => readOrigin(origin)).not.toThrow();
    },
  );
});
