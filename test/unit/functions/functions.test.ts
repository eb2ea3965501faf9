import { beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/core/json.js';
import { fromJson, toJson } from '../../../src/autokitteh/values-json.js';
import { invalidity } from '../../../src/autokitteh/values-validity.js';
import { NOTHING, string, struct, symbol, type Value } from '../../../src/autokitteh/values.js';
import {
  createSlackFunctions,
  type CallOutcome,
  type SlackFunctions,
} from '../../../src/functions/functions.js';
import type { SlackFailure } from '../../../src/slack/errors.js';
import type { SlackWebApi } from '../../../src/slack/web-api.js';
import { HandClock, settle } from '../../helpers/hand-clock.js';

interface Call {
  method: string;
  args: JsonObject;
  token: string;
  signal: AbortSignal | undefined;
}

/** A Slack that answers what the test says, in order; `{ok: true}` when it has nothing left to say. */
class FakeSlack implements Pick<SlackWebApi, 'call'> {
  readonly calls: Call[] = [];
  readonly answers: (JsonObject | SlackFailure | Promise<JsonObject | SlackFailure>)[] = [];

  async call(
    method: string,
    args: JsonObject,
    token: string,
    signal?: AbortSignal,
  ): ReturnType<SlackWebApi['call']> {
    this.calls.push({ method, args, token, signal });
    const answer = await (this.answers.shift() ?? {});
    return 't' in answer
      ? { ok: false, failure: answer as SlackFailure }
      : { ok: true, value: { ok: true, ...answer } };
  }
}

const lost: SlackFailure = { t: 'unreachable', message: 'Slack cannot be reached', answered: false };

let slack: FakeSlack;
let clock: HandClock;
let functions: SlackFunctions;
let uploads: { url: string; text: string }[];
let ids: number;

beforeEach(() => {
  slack = new FakeSlack();
  clock = new HandClock();
  uploads = [];
  ids = 0;
  functions = createSlackFunctions({
    api: slack,
    token: (connectionId) =>
      Promise.resolve(connectionId === 'con_none' ? undefined : `bot of ${connectionId}`),
    upload: (url, bytes) => {
      uploads.push({ url, text: new TextDecoder().decode(bytes) });
      return url === 'broken' ? Promise.reject(new Error('reset')) : Promise.resolve();
    },
    clock,
    random: () => 0.5,
    newId: () => `id-${++ids}`,
  });
});

function values(kwargs: Record<string, unknown>): Record<string, Value> {
  return Object.fromEntries(Object.entries(kwargs).map(([key, value]) => [key, fromJson(value as never)]));
}

interface Options {
  signal?: AbortSignal;
  timeoutMs?: number;
  connection?: string;
}

function call(
  name: string,
  args: unknown[] = [],
  kwargs: Record<string, unknown> = {},
  options: Options = {},
) {
  const { signal = new AbortController().signal, timeoutMs, connection = 'con_1' } = options;
  const positional = args.map((arg) => fromJson(arg as never));
  return functions.call(connection, name, positional, values(kwargs), { signal, timeoutMs });
}

function result(outcome: CallOutcome): unknown {
  if (outcome.t === 'raised') throw new Error(JSON.stringify(toJson(outcome.error)));
  return toJson(outcome.value);
}

function problem(outcome: CallOutcome): JsonObject {
  expect(outcome.t).toBe('raised');
  const error = outcome.t === 'raised' ? outcome.error : NOTHING;
  expect(error.struct?.ctor?.symbol?.name).toBe('slack_error');
  return toJson(error) as JsonObject;
}

describe('a call', () => {
  it('A call reaches Slack with the connection’s token and its arguments by position and keyword', async () => {
    slack.answers.push({ channel: 'C1', ts: '1.2' });
    const outcome = await call('chat_postMessage', ['C1', 'hi'], {
      blocks: [{ type: 'divider' }],
      icon: null,
    });
    expect(result(outcome)).toEqual({ ok: true, channel: 'C1', ts: '1.2' });
    expect(slack.calls).toMatchObject([
      {
        method: 'chat.postMessage',
        token: 'bot of con_1',
        args: { channel: 'C1', text: 'hi', blocks: [{ type: 'divider' }] },
      },
    ]);
    expect(slack.calls[0]?.args).not.toHaveProperty('icon');
  });

  it('A call takes structs for dicts, and a token of the workflow’s own', async () => {
    const view = struct(symbol('view'), { type: string('modal') });
    const kwargs = { view, token: string('xoxp-own'), trigger_id: string('1.2') };
    await functions.call('con_1', 'views_open', [], kwargs, {
      signal: new AbortController().signal,
      timeoutMs: undefined,
    });
    expect(slack.calls[0]).toMatchObject({
      token: 'xoxp-own',
      args: { view: { type: 'modal' }, trigger_id: '1.2' },
    });
    expect(slack.calls[0]?.args).not.toHaveProperty('token');
  });

  it('A call passes on keywords that its description does not know', async () => {
    await call('conversations_list', [], { brand_new: true });
    expect(slack.calls[0]?.args).toEqual({ brand_new: true });
  });

  it.each([
    ['too many positions', ['C1', 'hi', 'more'], {}],
    ['a name twice', ['C1'], { channel: 'C2' }],
  ])('A call with %s is an error before Slack is asked', async (_, args, kwargs) => {
    const found = problem(await call('chat_postMessage', args, kwargs));
    expect(found).toMatchObject({ error: 'bad_arguments', method: 'chat_postMessage' });
    expect(slack.calls).toEqual([]);
  });

  it('A call through a connection that is not set up is an error that says so', async () => {
    const found = problem(await call('auth_test', [], {}, { connection: 'con_none' }));
    expect(found).toMatchObject({ error: 'not_connected' });
  });

  it('A call of an unknown function is rejected', async () => {
    await expect(call('admin_users_list')).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a result', () => {
  it('A result has records as structs and maps as dicts, so that Starlark reads both', async () => {
    slack.answers.push({
      channel: { id: 'C1', topic: { value: 'x' } },
      emoji: { bowtie: 'https://x', '+1': 'https://y' },
      users: { U01ABCDEF: { dnd_enabled: false } },
      view: { state: { values: { block: { action: { value: 'v' } } } } },
      list: [{ id: 'a' }, {}],
      'not-a-symbol': { a: 1 },
    });
    slack.answers.push({
      channel: { id: 'C1', topic: { value: 'x' } },
      emoji: { a: 'b' },
      users: { U01ABCDEF: {} },
    });
    const first = await call('auth_test');
    expect(first.t === 'returned' && first.value.dict !== undefined).toBe(true);
    const second = await call('auth_test');
    const fields = second.t === 'returned' ? second.value.struct?.fields : undefined;
    expect(fields?.['channel']?.struct?.fields['topic']?.struct?.fields['value']?.string?.v).toBe('x');
    expect(fields?.['emoji']?.dict).toBeDefined();
    expect(fields?.['users']?.dict).toBeDefined();
    for (const outcome of [first, second]) {
      expect(outcome.t === 'returned' && invalidity(outcome.value)).toBeUndefined();
    }
  });

  it('A result that is too large for AutoKitteh is an error that says what to do', async () => {
    slack.answers.push({ messages: Array.from({ length: 400 }, () => ({ text: 'x'.repeat(4_000) })) });
    const found = problem(await call('conversations_history', ['C1']));
    expect(found).toMatchObject({ error: 'result_too_large' });
    expect(found['message']).toContain('limit');
  });
});

describe('an error of Slack’s', () => {
  it('An error of Slack’s can be caught and read', async () => {
    slack.answers.push({
      t: 'refused',
      error: 'missing_scope',
      needed: 'chat:write',
      provided: 'users:read',
    });
    expect(problem(await call('chat_postMessage', ['C1', 'hi']))).toEqual({
      error: 'missing_scope',
      message:
        'Slack refused chat.postMessage: missing_scope: it needs the scope chat:write, the token has users:read',
      method: 'chat_postMessage',
      needed: 'chat:write',
      provided: 'users:read',
      retry_after: 0,
    });
    expect(slack.calls).toHaveLength(1);
  });
});

describe('a rate limit', () => {
  it('A call waits for a rate limit within the deadline', async () => {
    slack.answers.push(
      { t: 'rate_limited', retryAfterMs: 20_000 },
      { t: 'rate_limited', retryAfterMs: 20_000 },
    );
    const outcome = call('chat_postMessage', ['C1', 'hi']);
    await clock.advance(39_999);
    expect(slack.calls).toHaveLength(2);
    await clock.advance(1);
    expect(result(await outcome)).toEqual({ ok: true });
    expect(slack.calls).toHaveLength(3);
  });

  it('A rate limit that would outlast the deadline is reported at once, with the time to wait', async () => {
    slack.answers.push(
      { t: 'rate_limited', retryAfterMs: 61_000 },
      { t: 'rate_limited', retryAfterMs: 3_000 },
    );
    expect(problem(await call('users_list'))).toMatchObject({ error: 'ratelimited', retry_after: 61 });
    const short = await call('users_list', [], {}, { timeoutMs: 2_000 });
    expect(problem(short)).toMatchObject({ error: 'ratelimited', retry_after: 3 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('A wait for a rate limit may last as long as the caller’s own deadline', async () => {
    slack.answers.push({ t: 'rate_limited', retryAfterMs: 61_000 });
    const outcome = call('users_list', [], {}, { timeoutMs: 120_000 });
    await clock.advance(61_000);
    expect(result(await outcome)).toEqual({ ok: true });
  });

  it('A call does not wait for a rate limit when its caller has gone', async () => {
    slack.answers.push({ t: 'rate_limited', retryAfterMs: 20_000 });
    const gone = new AbortController();
    const outcome = call('chat_postMessage', ['C1', 'hi'], {}, { signal: gone.signal });
    await clock.advance(1_000);
    gone.abort();
    expect(problem(await outcome)).toMatchObject({ error: 'ratelimited' });
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('an answer that was lost', () => {
  it('A call whose answer was lost is repeated where that is safe', async () => {
    slack.answers.push(lost, { t: 'refused', error: 'internal_error' });
    const outcome = call('users_info', ['U1']);
    await clock.advance(10_000);
    expect(result(await outcome)).toEqual({ ok: true });
    expect(slack.calls).toHaveLength(3);
  });

  it('A message whose answer was lost is sent again under the id that Slack knows it by', async () => {
    slack.answers.push(lost);
    const outcome = call('chat_postMessage', ['C1', 'hi']);
    await clock.advance(10_000);
    expect(result(await outcome)).toEqual({ ok: true });
    expect(slack.calls.map(({ args }) => args['client_msg_id'])).toEqual(['id-1', 'id-1']);
  });

  it('A lost answer is an error where a repetition could act twice', async () => {
    slack.answers.push(lost);
    expect(problem(await call('chat_delete', ['C1', '1.2']))).toMatchObject({ error: 'unreachable' });
    expect(slack.calls).toHaveLength(1);
  });

  it('A call whose answer was lost is given up at the deadline', async () => {
    for (let n = 0; n < 100; n++) slack.answers.push(lost);
    const outcome = call('users_info', ['U1']);
    await clock.advance(60_000);
    expect(problem(await outcome)).toMatchObject({ error: 'unreachable' });
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('a call that comes twice because its caller died', () => {
  /** A call whose caller goes away before Slack has answered; `answer` is what Slack says then. */
  async function abandoned(name: string, args: unknown[], answer: JsonObject | SlackFailure): Promise<void> {
    const gone = new AbortController();
    let resolve = (_: JsonObject | SlackFailure): void => undefined;
    slack.answers.push(new Promise((settled) => (resolve = settled)));
    const outcome = call(name, args, {}, { signal: gone.signal });
    await settle();
    gone.abort();
    resolve(answer);
    await outcome;
  }

  it('A call that comes twice because its caller died acts once, and both get the outcome', async () => {
    await abandoned('chat_delete', ['C1', '1.2'], { ts: '1.2' });
    expect(result(await call('chat_delete', ['C1', '1.2']))).toEqual({ ok: true, ts: '1.2' });
    expect(slack.calls).toHaveLength(1);
  });

  it('A call that comes twice gets Slack’s refusal too', async () => {
    await abandoned('chat_delete', ['C1', '1.2'], { t: 'refused', error: 'cant_delete_message' });
    expect(problem(await call('chat_delete', ['C1', '1.2']))).toMatchObject({ error: 'cant_delete_message' });
    expect(slack.calls).toHaveLength(1);
  });

  it('A call is made again under the same id where its outcome is not known', async () => {
    const gone = new AbortController();
    slack.answers.push(lost);
    const first = call('chat_postMessage', ['C1', 'hi'], {}, { signal: gone.signal });
    await settle();
    gone.abort();
    await first;
    await call('chat_postMessage', ['C1', 'hi']);
    expect(slack.calls.map(({ args }) => args['client_msg_id'])).toEqual(['id-1', 'id-1']);
  });

  it('A call counts as a repetition only once, soon afterwards, and with everything the same', async () => {
    await abandoned('chat_delete', ['C1', '1.2'], {});
    await call('chat_delete', ['C1', '1.3']);
    await call('chat_delete', ['C1', '1.2'], {}, { connection: 'con_2' });
    expect(slack.calls).toHaveLength(3);
    await call('chat_delete', ['C1', '1.2']);
    expect(slack.calls).toHaveLength(3);
    await call('chat_delete', ['C1', '1.2']);
    expect(slack.calls).toHaveLength(4);
    await abandoned('chat_delete', ['C1', '9.9'], {});
    await clock.advance(11 * 60_000);
    await call('chat_delete', ['C1', '9.9']);
    expect(slack.calls).toHaveLength(6);
  });

  it('A workflow that does the same twice acts twice', async () => {
    await call('chat_postMessage', ['C1', 'hi']);
    await call('chat_postMessage', ['C1', 'hi']);
    expect(slack.calls.map(({ args }) => args['client_msg_id'])).toEqual(['id-1', 'id-2']);
  });

  it('A client_msg_id of the workflow’s own is kept', async () => {
    await call('chat_postMessage', ['C1', 'hi'], { client_msg_id: 'mine' });
    expect(slack.calls[0]?.args['client_msg_id']).toBe('mine');
  });

  it('A stop lets Slack finish calls that change something and ends those that only read', async () => {
    const gone = new AbortController();
    await call('chat_delete', ['C1', '1.2'], {}, { signal: gone.signal });
    await call('users_info', ['U1'], {}, { signal: gone.signal });
    expect(slack.calls.map(({ signal }) => signal)).toEqual([undefined, gone.signal]);
  });
});

describe('api_call', () => {
  it('The function api_call calls any method, with arguments in a dict and by keyword', async () => {
    await call('api_call', ['admin.users.list', { limit: 5, team_id: 'T1' }], { limit: 7 });
    expect(slack.calls[0]).toMatchObject({ method: 'admin.users.list', args: { limit: 7, team_id: 'T1' } });
  });

  it.each(['', 'chat', 'https://evil.example/x', '../x', 'chat.postMessage?x=1', 7])(
    'The function api_call refuses %s for a method',
    async (method) => {
      expect(problem(await call('api_call', [method]))).toMatchObject({ error: 'bad_arguments' });
      expect(slack.calls).toEqual([]);
    },
  );
});

describe('paginate', () => {
  const page = (id: string, next: string): JsonObject => ({
    members: [{ id }],
    response_metadata: { next_cursor: next },
  });

  it('The function paginate joins the lists of all pages', async () => {
    slack.answers.push(page('U1', 'c1'), page('U2', 'c2'), page('U3', ''));
    const outcome = await call('paginate', ['users.list'], { team_id: 'T1' });
    expect(result(outcome)).toMatchObject({
      members: [{ id: 'U1' }, { id: 'U2' }, { id: 'U3' }],
      response_metadata: { next_cursor: '' },
    });
    expect(slack.calls.map(({ args }) => args)).toEqual([
      { limit: 200, team_id: 'T1' },
      { limit: 200, team_id: 'T1', cursor: 'c1' },
      { limit: 200, team_id: 'T1', cursor: 'c2' },
    ]);
  });

  it('The function paginate stops when there are enough, and says where to continue', async () => {
    slack.answers.push(page('U1', 'c1'), page('U2', 'c2'), page('U3', ''));
    const outcome = await call('paginate', ['users.list', { limit: 1 }], { max_items: 2 });
    expect(result(outcome)).toMatchObject({
      members: [{ id: 'U1' }, { id: 'U2' }],
      response_metadata: { next_cursor: 'c2' },
    });
    expect(slack.calls.map(({ args }) => args['limit'])).toEqual([1, 1]);
  });

  it('The function paginate does not go in circles, and passes an error on', async () => {
    slack.answers.push(page('U1', 'c1'), page('U2', 'c1'));
    expect(result(await call('paginate', ['users.list']))).toMatchObject({ members: [{}, {}] });
    slack.answers.push(page('U1', 'c1'), { t: 'refused', error: 'invalid_cursor' });
    expect(problem(await call('paginate', ['users.list']))).toMatchObject({ error: 'invalid_cursor' });
  });
});

describe('files_upload_v2', () => {
  it('The function files_upload_v2 asks for an address, sends the bytes there and shares the file', async () => {
    slack.answers.push({ upload_url: 'https://files/1', file_id: 'F1' }, { files: [{ id: 'F1' }] });
    const outcome = await call('files_upload_v2', ['grüß', 'a.txt', 'C1'], {
      initial_comment: 'look',
      thread_ts: '1.2',
      snippet_type: 'text',
    });
    expect(result(outcome)).toMatchObject({ files: [{ id: 'F1' }] });
    expect(uploads).toEqual([{ url: 'https://files/1', text: 'grüß' }]);
    expect(slack.calls.map(({ method, args }) => [method, args])).toEqual([
      ['files.getUploadURLExternal', { filename: 'a.txt', length: 6, snippet_type: 'text' }],
      [
        'files.completeUploadExternal',
        {
          channel_id: 'C1',
          initial_comment: 'look',
          thread_ts: '1.2',
          files: [{ id: 'F1', title: 'a.txt' }],
        },
      ],
    ]);
  });

  it.each([
    ['nothing', undefined],
    ['an empty text', ''],
    ['a number', 7],
  ])('The function files_upload_v2 refuses %s for the content', async (_, content) => {
    const outcome = await call('files_upload_v2', [], content === undefined ? {} : { content });
    expect(problem(outcome)).toMatchObject({ error: 'bad_arguments' });
    expect(slack.calls).toEqual([]);
  });

  it('The function files_upload_v2 says when the bytes did not arrive, and shares nothing', async () => {
    slack.answers.push({ upload_url: 'broken', file_id: 'F1' });
    expect(problem(await call('files_upload_v2', ['x']))).toMatchObject({ error: 'unreachable' });
    expect(slack.calls).toHaveLength(1);
  });
});
