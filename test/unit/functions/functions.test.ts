import { beforeEach, describe, expect, it } from 'vitest';
import { invalidity } from '../../../src/autokitteh/values-validity.js';
import { string, struct, symbol } from '../../../src/autokitteh/values.js';
import { FunctionsRig, problem, result } from './functions-rig.js';

let rig: FunctionsRig;

beforeEach(() => {
  rig = new FunctionsRig();
});

describe('a call', () => {
  it('A call reaches Slack with the connection’s token and its arguments by position and keyword', async () => {
    rig.slack.answers.push({ channel: 'C1', ts: '1.2' });
    const outcome = await rig.call('chat_postMessage', ['C1', 'hi'], {
      blocks: [{ type: 'divider' }],
      icon: null,
    });
    expect(result(outcome)).toEqual({ ok: true, channel: 'C1', ts: '1.2' });
    expect(rig.slack.calls).toMatchObject([
      {
        method: 'chat.postMessage',
        token: 'bot of con_1',
        args: { channel: 'C1', text: 'hi', blocks: [{ type: 'divider' }] },
      },
    ]);
    expect(rig.slack.calls[0]?.args).not.toHaveProperty('icon');
  });

  it('A call takes structs for dicts, and a token of the workflow’s own', async () => {
    const view = struct(symbol('view'), { type: string('modal') });
    const kwargs = { view, token: string('xoxp-own'), trigger_id: string('1.2') };
    await rig.functions.call('con_1', 'views_open', [], kwargs, {
      signal: new AbortController().signal,
      timeoutMs: undefined,
    });
    expect(rig.slack.calls[0]).toMatchObject({
      token: 'xoxp-own',
      args: { view: { type: 'modal' }, trigger_id: '1.2' },
    });
    expect(rig.slack.calls[0]?.args).not.toHaveProperty('token');
  });

  it('A call passes on keywords that its description does not know', async () => {
    await rig.call('conversations_list', [], { brand_new: true });
    expect(rig.slack.calls[0]?.args).toEqual({ brand_new: true });
  });

  it.each([
    ['too many positions', ['C1', 'hi', 'more'], {}],
    ['a name twice', ['C1'], { channel: 'C2' }],
  ])('A call with %s is an error before Slack is asked', async (_, args, kwargs) => {
    const found = problem(await rig.call('chat_postMessage', args, kwargs));
    expect(found).toMatchObject({ error: 'bad_arguments', method: 'chat_postMessage' });
    expect(rig.slack.calls).toEqual([]);
  });

  it('A call through a connection that is not set up is an error that says so', async () => {
    const found = problem(await rig.call('auth_test', [], {}, { connection: 'con_none' }));
    expect(found).toMatchObject({ error: 'not_connected' });
  });

  it('A call of an unknown function is rejected', async () => {
    await expect(rig.call('admin_users_list')).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a result', () => {
  it('A result has records as structs and maps as dicts, so that Starlark reads both', async () => {
    rig.slack.answers.push({
      channel: { id: 'C1', topic: { value: 'x' } },
      emoji: { bowtie: 'https://x', '+1': 'https://y' },
      users: { U01ABCDEF: { dnd_enabled: false } },
      view: { state: { values: { block: { action: { value: 'v' } } } } },
      list: [{ id: 'a' }, {}],
      'not-a-symbol': { a: 1 },
    });
    rig.slack.answers.push({
      channel: { id: 'C1', topic: { value: 'x' } },
      emoji: { a: 'b' },
      users: { U01ABCDEF: {} },
    });
    const first = await rig.call('auth_test');
    expect(first.t === 'returned' && first.value.dict !== undefined).toBe(true);
    const second = await rig.call('auth_test');
    const fields = second.t === 'returned' ? second.value.struct?.fields : undefined;
    expect(fields?.['channel']?.struct?.fields['topic']?.struct?.fields['value']?.string?.v).toBe('x');
    expect(fields?.['emoji']?.dict).toBeDefined();
    expect(fields?.['users']?.dict).toBeDefined();
    for (const outcome of [first, second]) {
      expect(outcome.t === 'returned' && invalidity(outcome.value)).toBeUndefined();
    }
  });

  it('A result that is too large for AutoKitteh is an error that says what to do', async () => {
    rig.slack.answers.push({ messages: Array.from({ length: 400 }, () => ({ text: 'x'.repeat(4_000) })) });
    const found = problem(await rig.call('conversations_history', ['C1']));
    expect(found).toMatchObject({ error: 'result_too_large' });
    expect(found['message']).toContain('limit');
  });
});

describe('an error of Slack’s', () => {
  it('An error of Slack’s can be caught and read', async () => {
    rig.slack.answers.push({
      t: 'refused',
      error: 'missing_scope',
      needed: 'chat:write',
      provided: 'users:read',
    });
    expect(problem(await rig.call('chat_postMessage', ['C1', 'hi']))).toEqual({
      error: 'missing_scope',
      message:
        'Slack refused chat.postMessage: missing_scope: it needs the scope chat:write, the token has users:read',
      method: 'chat_postMessage',
      needed: 'chat:write',
      provided: 'users:read',
      retry_after: 0,
    });
    expect(rig.slack.calls).toHaveLength(1);
  });
});
