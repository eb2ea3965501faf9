import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { acknowledgement, LONGEST_FRAME, parseFrame } from '../../../src/slack/envelope.js';
import { envelopeSource } from '../../helpers/envelope-source.js';

const parse = (text: string) => parseFrame(text, envelopeSource());
const envelope = {
  type: 'slash_commands',
  envelope_id: 'e1',
  accepts_response_payload: true,
  payload: { command: '/ak' },
};

describe('parseFrame', () => {
  it('A hello frame is parsed', () => {
    const text = JSON.stringify({
      type: 'hello',
      num_connections: 2,
      debug_info: { approximate_connection_time: 18060 },
      connection_info: { app_id: 'A1' },
    });
    expect(parse(text)).toEqual({
      t: 'hello',
      hello: { appId: 'A1', connections: 2, lifetimeMs: 18_060_000 },
    });
  });

  it.each([{}, { approximate_connection_time: 0 }, { approximate_connection_time: 'soon' }])(
    'A hello without a lifetime is assumed to last an hour: %j',
    (debug_info) => {
      expect(parse(JSON.stringify({ type: 'hello', debug_info }))).toMatchObject({
        hello: { lifetimeMs: 3_600_000, appId: '', connections: 0 },
      });
    },
  );

  it('An envelope is parsed and keeps its text', () => {
    const text = JSON.stringify(envelope);
    expect(parse(text)).toMatchObject({
      t: 'envelope',
      envelope: {
        appId: 'A1',
        socketId: 's1',
        receivedAt: 1_700_000_000_000,
        kind: 'slash_commands',
        envelopeId: 'e1',
        acceptsResponsePayload: true,
        retryAttempt: 0,
        retryReason: '',
        payload: { command: '/ak' },
        text,
      },
    });
  });

  it('An envelope is acknowledged by the socket that brought it, with the payload that it is given', async () => {
    const sent: unknown[] = [];
    const source = envelopeSource('A1', (payload, { envelopeId }) => {
      sent.push([envelopeId, payload]);
      return 'sent';
    });
    const frame = parseFrame(JSON.stringify(envelope), source);
    if (frame.t !== 'envelope') throw new Error('not an envelope');
    expect(await frame.envelope.acknowledge({ text: 'hi' })).toBe('sent');
    expect(await frame.envelope.acknowledge()).toBe('sent');
    expect(sent).toEqual([
      ['e1', { text: 'hi' }],
      ['e1', undefined],
    ]);
  });

  it('The retries of an envelope are parsed', () => {
    const text = JSON.stringify({
      ...envelope,
      type: 'events_api',
      retry_attempt: 2,
      retry_reason: 'timeout',
    });
    expect(parse(text)).toMatchObject({ envelope: { retryAttempt: 2, retryReason: 'timeout' } });
  });

  it('A rate limit notice, which has no inner event, is parsed', () => {
    const text = JSON.stringify({
      ...envelope,
      type: 'events_api',
      payload: { type: 'app_rate_limited', minute_rate_limited: 1 },
    });
    expect(parse(text)).toMatchObject({ t: 'envelope' });
  });

  it('A disconnect frame of any reason is parsed', () => {
    expect(parse('{"type":"disconnect","reason":"too_many_websockets","num_connections":10}')).toEqual({
      t: 'disconnect',
      reason: 'too_many_websockets',
      connections: 10,
    });
    expect(parse('{"type":"disconnect"}')).toMatchObject({ t: 'disconnect', reason: '' });
  });

  it.each([
    ['', 'not_json'],
    ['Ping from applink-2', 'not_json'],
    ['null', 'not_an_object'],
    ['[1]', 'not_an_object'],
    [JSON.stringify({ ...envelope, envelope_id: 7 }), 'no_envelope_id'],
    [JSON.stringify({ ...envelope, payload: 'text' }), 'no_payload'],
    [' '.repeat(LONGEST_FRAME + 1), 'too_large'],
  ])('A bad frame is reported with what is wrong', (text, why) => {
    expect(parse(text)).toEqual({ t: 'bad', why });
  });

  it('A frame of an unknown type is reported with its type, shortened', () => {
    expect(parse(JSON.stringify({ type: 'x'.repeat(1_000) }))).toEqual({
      t: 'unknown',
      type: 'x'.repeat(64),
    });
  });

  it('The parser of frames never throws', () => {
    const types = fc.constantFrom('hello', 'disconnect', 'events_api', 'interactive', 'slash_commands', 'x');
    const frames = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({ type: types, payload: fc.jsonValue(), envelope_id: fc.jsonValue() }, { requiredKeys: [] })
        .map((frame) => JSON.stringify(frame)),
    );
    fc.assert(
      fc.property(frames, (text) => {
        expect(['hello', 'disconnect', 'envelope', 'unknown', 'bad']).toContain(parse(text).t);
      }),
    );
  });
});

describe('The acknowledgement of an envelope', () => {
  it('An acknowledgement has a payload only when one is given', () => {
    expect(acknowledgement('e1')).toBe('{"envelope_id":"e1"}');
    expect(acknowledgement('e1', { text: 'hi' })).toBe('{"envelope_id":"e1","payload":{"text":"hi"}}');
  });
});
