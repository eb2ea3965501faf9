import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/core/json.js';
import { classify, type Accepted } from '../../../src/events/classify.js';
import { frameOf } from './frames.js';
import type { EnvelopeKind } from '../../../src/slack/envelope.js';

function accepted(frame: Parameters<typeof classify>[0]): Accepted {
  const found = classify(frame);
  if (found.drop !== undefined) throw new Error(`dropped as ${found.drop}`);
  return found;
}

function eventFrame(event: JsonObject, around: JsonObject = {}): Parameters<typeof classify>[0] {
  return {
    kind: 'events_api',
    appId: 'A1',
    envelopeId: 'e-1',
    payload: {
      type: 'event_callback',
      team_id: 'T1',
      event_id: 'Ev1',
      authorizations: [{ team_id: 'T1', user_id: 'UBOT', is_bot: true }],
      event,
      ...around,
    },
  };
}

function frame(kind: EnvelopeKind, payload: JsonObject, envelopeId = 'e-1'): Parameters<typeof classify>[0] {
  return { kind, appId: 'A1', envelopeId, payload: { team: { id: 'T1' }, team_id: 'T1', ...payload } };
}

describe('the key of a frame', () => {
  it('The key of a frame and its conversation hold nothing that a database could change', () => {
    const odd = accepted(eventFrame({ type: 'message', channel: 'C\ud800x' }, { event_id: 'Ev\u0000a' }));
    expect(odd).toMatchObject({ key: 'Ev\ufffda', conversation: 'C\ufffdx' });
    expect(accepted(eventFrame({ type: 'message' }, { event_id: 'Ev\u0000b' })).key).not.toBe(odd.key);
    expect(accepted(eventFrame({ type: 'message', channel: 'C😀' })).conversation).toBe('C😀');
  });

  it('The key of an event is the event’s id, whichever envelope brings it', () => {
    const [first, again] = [frameOf('message.im.json'), frameOf('retry.message.json')];
    expect(accepted(first).key).toBe(first.payload['event_id']);
    expect(accepted(again).key).toBe(again.payload['event_id']);
    expect(accepted({ ...again, envelopeId: 'another' }).key).toBe(again.payload['event_id']);
  });

  it('The key of an interaction or slash command is its trigger, and differs for each kind', () => {
    const kinds: [EnvelopeKind, string][] = [
      ['slash_commands', ''],
      ['interactive', 'block_actions'],
      ['interactive', 'view_submission'],
    ];
    const keys = kinds.map(([kind, type]) => accepted(frame(kind, { type, trigger_id: '1.2' })).key);
    expect(new Set(keys).size).toBe(3);
    const [kind, type] = kinds[1]!;
    expect(accepted(frame(kind, { type, trigger_id: '1.2' }, 'e-2')).key).toBe(keys[1]);
  });

  it('The key of each options request is new, even with the same text', () => {
    const request = { type: 'block_suggestion', value: 'an', trigger_id: '1.2' };
    const keys = ['e-1', 'e-2'].map((envelopeId) => accepted(frame('interactive', request, envelopeId)).key);
    expect(keys).toEqual(['e-1', 'e-2']);
  });

  it('The key of a closed view, which has no trigger, is the view’s', () => {
    const closed = (id: string, hash: string): JsonObject => ({ type: 'view_closed', view: { id, hash } });
    const key = accepted(frame('interactive', closed('V1', 'h1'))).key;
    expect(accepted(frame('interactive', closed('V1', 'h1'), 'e-2')).key).toBe(key);
    expect(accepted(frame('interactive', closed('V2', 'h1'))).key).not.toBe(key);
    expect(accepted(frame('interactive', closed('V1', 'h2'))).key).not.toBe(key);
  });

  it('The key is the envelope’s where the payload has no id of its own', () => {
    expect(accepted(frame('slash_commands', {})).key).toBe('e-1');
    expect(accepted(frame('interactive', { type: 'view_closed' })).key).toBe('e-1');
    expect(accepted(eventFrame({ type: 'message' }, { event_id: null })).key).toBe('e-1');
  });

  it('The key of a rate limit notice is one for each minute in which Slack limited the app', () => {
    const limited = frameOf('app_rate_limited.json');
    const found = accepted(limited);
    expect(found.eventType).toBe('app_rate_limited');
    expect(accepted({ ...limited, envelopeId: 'another' }).key).toBe(found.key);
    const next = { ...limited, payload: { ...limited.payload, minute_rate_limited: 1 } };
    expect(accepted(next).key).not.toBe(found.key);
  });
});

describe('the conversation and the lane', () => {
  it.each([
    ['message.channels.json', 'C07SYNCHN1'],
    ['reaction_added.json', 'C07SYNCHN1'],
    ['channel_created.json', 'C07SYNCHN1'],
    ['slash_command.json', 'C07SYNCHN1'],
    ['interactive.block_actions.message.json', 'C07SYNCHN1'],
    ['interactive.view_submission.json', 'U07SYNUSR1'],
    ['interactive.shortcut.json', 'U07SYNUSR1'],
    ['app_home_opened.json', 'D07SYNDIR1'],
    ['tokens_revoked.json', ''],
  ])('The conversation and the lane of %s is %s', (file, conversation) => {
    expect(accepted(frameOf(file)).conversation).toBe(conversation);
  });

  it('A frame is urgent if a person waits for it', () => {
    expect(accepted(frameOf('slash_command.json')).urgent).toBe(true);
    expect(accepted(frameOf('interactive.view_closed.json')).urgent).toBe(true);
    expect(accepted(frameOf('app_mention.json')).urgent).toBe(false);
  });
});

describe('a frame that leads nowhere', () => {
  it.each<[string, JsonObject]>([
    ['without an event', { event: undefined }],
    ['with a list for an event', { event: [] }],
    ['with an event without a type', { event: { text: 'x' } }],
    ['with a type that is no text', { event: { type: 7 } }],
  ])('A frame is malformed %s', (_, around) => {
    expect(classify(eventFrame({}, around))).toEqual({ drop: 'malformed' });
  });

  it('A frame without a workspace cannot be routed', () => {
    expect(classify(eventFrame({ type: 'message' }, { team_id: null, authorizations: [] }))).toEqual({
      drop: 'unroutable',
    });
    const empty = { kind: 'interactive', appId: 'A1', envelopeId: 'e-1', payload: {} } as const;
    expect(classify(empty)).toEqual({ drop: 'unroutable' });
  });
});
