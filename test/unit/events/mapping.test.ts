import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { toJson } from '../../../src/autokitteh/values-json.js';
import { sizeOfData } from '../../../src/autokitteh/values-size.js';
import { invalidFields } from '../../../src/autokitteh/values-validity.js';
import type { Value } from '../../../src/autokitteh/values.js';
import { DispatchRequestSchema } from '../../../src/gen/autokitteh/dispatcher/v1/dispatcher_pb.js';
import { SIZE_LIMIT, toEvent, type MappedEvent } from '../../../src/events/mapping.js';
import { frameText, wrap, wrapEvent } from './frames.js';

const extras = { appId: 'A1', key: 'k' };

function map(event: unknown, around?: Record<string, unknown>): MappedEvent {
  return toEvent(wrapEvent(event, around), extras);
}

/** The data as Python user code finds it. */
function seen(mapped: MappedEvent): Record<string, unknown> {
  return Object.fromEntries(Object.entries(mapped.data).map(([key, value]) => [key, toJson(value)]));
}

function fieldsOf(value: Value | undefined): Record<string, Value> {
  return value?.struct?.fields ?? {};
}

describe('the data of an event', () => {
  it('The data of an event has the misspelt keys beside Slack’s own', () => {
    const channel = {
      shared_team_ids: ['T1'],
      pending_connected_team_ids: ['T2'],
      previous_names: ['old'],
    };
    const created = seen(map({ type: 'channel_created', channel }))['channel'];
    expect(created).toMatchObject({
      shared_team_ids: ['T1'],
      shared_team_i_ds: ['T1'],
      pending_connected_team_ids: ['T2'],
      pending_connected_team_i_ds: ['T2'],
      previous_names: ['old'],
      previous_name: ['old'],
    });
    const payload = { type: 'view_submission', response_urls: [{ response_url: 'https://x' }] };
    const data = seen(toEvent(wrap('interactive', payload), extras));
    expect(data['response_ur_ls']).toEqual(data['response_urls']);
    expect(data['response_ur_ls']).toEqual([
      { block_id: '', action_id: '', channel_id: '', response_url: 'https://x' },
    ]);
  });

  it('The data of an event has zeros in every nested struct and keeps what Slack sent beyond the built-in’s keys', () => {
    const mapped = map({
      type: 'message',
      message: { text: 'after', files: [{ id: 'F1', size: 3 }], edited: { user: 'U1' } },
    });
    const message = fieldsOf(mapped.data['message']);
    expect(message['thread_ts']?.string?.v).toBe('');
    expect(fieldsOf(message['edited'])['ts']?.string?.v).toBe('');
    expect(message['files']?.list?.vs[0]?.dict?.items).toHaveLength(2);
    expect(seen(mapped)['message']).toMatchObject({ files: [{ id: 'F1', size: 3 }] });
  });

  it('Integers in blocks become integers too', () => {
    const { data } = map({ type: 'message', blocks: [{ max: 10, part: 0.5 }] });
    const items = data['blocks']?.list?.vs[0]?.dict?.items;
    expect(items?.[0]?.v?.integer?.v).toBe(10n);
    expect(items?.[1]?.v?.float?.v).toBe(0.5);
  });

  it('A long integer keeps every digit, and text that only looks like an integer stays text', () => {
    const text = wrapEvent({ type: 'custom', big: 1, exact: 2, text: '9007199254740993', pi: 3 })
      .replace('"big":1', '"big":123456789012345678901234567890')
      .replace('"exact":2', '"exact":9007199254740993')
      .replace('"pi":3', '"pi":3.14159265358979323846');
    const { data } = toEvent(text, extras);
    expect(data['big']?.bigInteger?.v).toBe('123456789012345678901234567890');
    expect(data['exact']?.integer?.v).toBe(9_007_199_254_740_993n);
    expect(data['text']?.string?.v).toBe('9007199254740993');
    expect(data['pi']?.float?.v).toBe(Math.PI);
  });

  it('A number never becomes infinite', () => {
    const text = wrapEvent({ type: 'message', reply_count: 1, more: 2 })
      .replace('"reply_count":1', '"reply_count":1e400')
      .replace('"more":2', '"more":-1e400');
    const { data } = toEvent(text, extras);
    expect(data['reply_count']?.integer?.v).toBe(0n);
    expect(data['more']?.nothing).toBeDefined();
  });

  it('A known scalar is never replaced by null or another type, and Slack’s value is kept aside', () => {
    const mapped = map({
      type: 'message',
      user: { id: 'U1', name: 'ann' },
      text: null,
      thread_ts: 17,
      message: { hidden: 'maybe', text: ['x'] },
    });
    expect(seen(mapped)).toMatchObject({ user: '', text: '', thread_ts: '' });
    expect(seen(mapped)['message']).toMatchObject({ hidden: false, text: '' });
    expect(seen(mapped)['slack_envelope']).toMatchObject({
      conflicts: {
        user: { id: 'U1', name: 'ann' },
        thread_ts: 17,
        'message.hidden': 'maybe',
        'message.text': ['x'],
      },
    });
  });

  it('Flags that Slack writes as numbers or text are read as flags', () => {
    expect(seen(map({ type: 'channel_archive', is_moved: 1 }))['is_moved']).toBe(true);
    const slash = { command: '/x', is_enterprise_install: 'true' };
    expect(seen(toEvent(wrap('slash_commands', slash), extras))['is_enterprise_install']).toBe(true);
  });

  it('A known object with a key that is not a symbol becomes a dict, with its zeros', () => {
    const { data } = map({ type: 'message', message: { text: 'x', 'a-b': 1 } });
    expect(data['message']?.struct).toBeUndefined();
    const keys = data['message']?.dict?.items.map(({ k }) => k?.string?.v);
    expect(keys).toContain('a-b');
    expect(keys).toContain('thread_ts');
    expect(invalidFields(data)).toBeUndefined();
  });

  it('Keys that are not symbols and a `body` object stay out of the top level', () => {
    const mapped = map({ type: 'custom', 'a-b': 1, body: { bytes: 'eA==' }, slack_envelope: 'forged' });
    expect(Object.keys(mapped.data)).toEqual(['type', 'slack_envelope']);
    expect(seen(mapped)['slack_envelope']).toMatchObject({
      event_id: 'Ev1',
      other_keys: { 'a-b': 1, body: { bytes: 'eA==' }, slack_envelope: 'forged' },
    });
    expect(seen(map({ type: 'custom', body: 'text' }))['body']).toBe('text');
  });

  it('A key called __proto__ survives at every level', () => {
    const text = wrapEvent({ type: 'message', message: { text: 'x', p: 1 }, p: 2 }).replaceAll(
      '"p":',
      '"__proto__":',
    );
    const mapped = toEvent(text, extras);
    expect(invalidFields(mapped.data)).toBeUndefined();
    const kept = mapped.data['slack_envelope']?.struct?.fields['other_keys']?.dict?.items;
    expect(kept?.map(({ k, v }) => [k?.string?.v, v?.integer?.v])).toEqual([['__proto__', 2n]]);
    expect(mapped.data['message']?.dict?.items.some(({ k }) => k?.string?.v === '__proto__')).toBe(true);
  });

  it('No key appears twice after the wire has replaced malformed text', () => {
    const { data } = map({ type: 'custom', map: { '\ud800': 1, '\ud801': 2, '\ufffd': 3 } });
    expect(data['map']?.dict?.items).toHaveLength(3);
    expect(invalidFields(data)).toBeUndefined();
  });

  it('The data of an event has no character that a database refuses', () => {
    expect(seen(map({ type: 'message', text: 'a\u0000b\ud83dc 😀' }))['text']).toBe('a\ufffdb\ufffdc 😀');
  });

  it('Slack’s verification token is left out, but a workflow’s own key of that name stays', () => {
    expect(seen(toEvent(frameText('slash_command.json'), extras))).not.toHaveProperty('token');
    expect(seen(toEvent(frameText('interactive.shortcut.json'), extras))).not.toHaveProperty('token');
    expect(seen(toEvent(frameText('app_rate_limited.json'), extras))).not.toHaveProperty('token');
    expect(JSON.stringify(seen(toEvent(frameText('message.im.json'), extras)))).not.toContain('SYNTHETIC');
  });

  it('Event types that the built-in does not know are passed on', () => {
    const mapped = toEvent(frameText('channel_deleted.json'), extras);
    expect(mapped.eventType).toBe('channel_deleted');
    expect(seen(mapped)).toMatchObject({ channel: 'C07SYNCHN1', actor_id: 'U07SYNUSR1' });
    expect(toEvent(frameText('app_rate_limited.json'), extras).eventType).toBe('app_rate_limited');
  });

  it.each([
    ['no JSON', '{"type":'],
    ['a list', '[]'],
    ['another frame', '{"type":"hello"}'],
    ['no payload', '{"type":"events_api"}'],
    ['no event', wrap('events_api', { type: 'event_callback' })],
    ['an event without a type', wrapEvent({ text: 'x' })],
  ])('The frame %s is refused with bad_input', (_, text) => {
    expect(() => toEvent(text, extras)).toThrow(expect.objectContaining({ code: 'bad_input' }));
  });
});

describe('Slack’s envelope and the memo', () => {
  it('The data tells Slack’s envelope, with the same keys for every event', () => {
    const retry = toEvent(frameText('retry.message.json'), { ...extras, answerUrl: 'https://a/1' });
    const envelope = seen(retry)['slack_envelope'] as Record<string, unknown>;
    expect(envelope).toMatchObject({
      kind: 'events_api',
      app_id: 'A1',
      team_id: 'T07SYNTH01',
      authorizations: [{ team_id: 'T07SYNTH01', user_id: 'U07SYNBOT1' }],
      retry_attempt: 1,
      retry_reason: 'timeout',
      answer_url: 'https://a/1',
      cut: false,
    });
    expect(envelope['event_id']).toMatch(/^Ev/);
    for (const other of ['slash_command.json', 'interactive.shortcut.json', 'app_rate_limited.json']) {
      const found = seen(toEvent(frameText(other), extras))['slack_envelope'] as object;
      expect(Object.keys(found)).toEqual(Object.keys(envelope));
    }
  });

  it('The memo has the keys by which the event is looked up, and its channel', () => {
    expect(map({ type: 'message', channel: 'C1' }).memo).toEqual({
      slack_event_key: 'k',
      slack_app_id: 'A1',
      slack_envelope_id: 'e-1',
      slack_event_id: 'Ev1',
      slack_event_time: '1760000000',
      slack_channel: 'C1',
    });
    expect(map({ type: 'message', channel: 'C'.repeat(65) }).memo).toHaveProperty('slack_channel', '');
  });
});

describe('an event over the limit', () => {
  const ids = { type: 'message', channel: 'C1', user: 'U1', ts: '1.2', thread_ts: '1.1' };

  /** An event with `depth` objects under `key`; `JSON.stringify` would not write as many. */
  function nested(key: string, depth: number): MappedEvent {
    const text = wrapEvent({ ...ids, [key]: 'here' });
    return toEvent(text.replace('"here"', '{"x":'.repeat(depth) + '1' + '}'.repeat(depth)), extras);
  }

  it.each([
    ['a long text', { text: 'x'.repeat(2_000_000) }],
    ['long text in another script', { text: '語'.repeat(400_000) }],
    ['many blocks', { blocks: Array.from({ length: 40_000 }, (_, n) => ({ type: 'divider', n })) }],
    ['many keys', { metadata: Object.fromEntries(Array.from({ length: 30_000 }, (_, n) => [`k${n}`, n])) }],
    ['many keys at the top', Object.fromEntries(Array.from({ length: 45_000 }, (_, n) => [`k${n}`, n]))],
    ['long keys', Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`k${n}`.repeat(9_000), n]))],
    ['a long message inside', { message: { ...ids, text: 'x'.repeat(900_000) } }],
    ['many short things', { reactions: Array.from({ length: 140_000 }, () => ({})) }],
    ['wide trees', { files: Array.from({ length: 200 }, () => Array.from({ length: 200 }, () => [[[{}]]])) }],
    ['many conflicts', { reactions: Array.from({ length: 30_000 }, () => ({ name: [1] })) }],
  ])('An event over the limit is cut (%s), says so, and keeps what routes and identifies it', (_, large) => {
    for (const type of ['message', 'user_change']) {
      const mapped = map({ ...large, ...ids, type });
      expect(sizeOfData(mapped.data)).toBeLessThanOrEqual(SIZE_LIMIT);
      expect(seen(mapped)).toMatchObject({ ...ids, type });
      expect(seen(mapped)['slack_envelope']).toMatchObject({ cut: true, event_id: 'Ev1' });
      expect(invalidFields(mapped.data)).toBeUndefined();
    }
  });

  it('The beginning of a text that is too long is kept', () => {
    const { data } = map({ ...ids, message: { text: `first ${'x'.repeat(900_000)}` } });
    const text = fieldsOf(data['message'])['text']?.string?.v ?? '';
    expect(text.startsWith('first xxx')).toBe(true);
    expect(text).toHaveLength(16_384);
  });

  it('A cut does not split a character in two', () => {
    const { data } = map({ ...ids, text: `x${'😀'.repeat(300_000)}` });
    expect(data['text']?.string?.v).toMatch(/😀$/);
  });

  it('Nesting that would exhaust a stack is left out, whatever its size', () => {
    for (const depth of [100, 50_000]) {
      for (const key of ['metadata', 'message', 'blocks']) {
        expect(invalidFields(nested(key, depth).data)).toBeUndefined();
      }
      const mapped = nested('metadata', depth);
      expect(seen(mapped)['slack_envelope']).toMatchObject({ cut: true });
      // Everybody can read what is left, with protobuf's usual limit.
      const request = create(DispatchRequestSchema, { event: { data: mapped.data } });
      expect(() => fromBinary(DispatchRequestSchema, toBinary(DispatchRequestSchema, request))).not.toThrow();
    }
  });

  it('An event just under the limit stays whole', () => {
    const text = 'x'.repeat(500_000);
    const mapped = map({ ...ids, text });
    expect(seen(mapped)['text']).toBe(text);
    expect(seen(mapped)['slack_envelope']).toMatchObject({ cut: false });
  });
});
