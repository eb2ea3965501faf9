import { beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/core/json.js';
import type { SlackFailure } from '../../../src/slack/errors.js';
import { settle } from '../../helpers/hand-clock.js';
import { FunctionsRig, lost, problem, result } from './functions-rig.js';

let rig: FunctionsRig;

beforeEach(() => {
  rig = new FunctionsRig();
});

describe('a rate limit', () => {
  it('A call waits for a rate limit within the deadline', async () => {
    rig.slack.answers.push(
      { t: 'rate_limited', retryAfterMs: 20_000 },
      { t: 'rate_limited', retryAfterMs: 20_000 },
    );
    const outcome = rig.call('chat_postMessage', ['C1', 'hi']);
    await rig.clock.advance(39_999);
    expect(rig.slack.calls).toHaveLength(2);
    await rig.clock.advance(1);
    expect(result(await outcome)).toEqual({ ok: true });
    expect(rig.slack.calls).toHaveLength(3);
  });

  it('A rate limit that would outlast the deadline is reported at once, with the time to wait', async () => {
    rig.slack.answers.push(
      { t: 'rate_limited', retryAfterMs: 61_000 },
      { t: 'rate_limited', retryAfterMs: 3_000 },
    );
    expect(problem(await rig.call('users_list'))).toMatchObject({ error: 'ratelimited', retry_after: 61 });
    const short = await rig.call('users_list', [], {}, { timeoutMs: 2_000 });
    expect(problem(short)).toMatchObject({ error: 'ratelimited', retry_after: 3 });
    expect(rig.clock.pendingTimers).toBe(0);
  });

  it('A wait for a rate limit may last as long as the caller’s own deadline', async () => {
    rig.slack.answers.push({ t: 'rate_limited', retryAfterMs: 61_000 });
    const outcome = rig.call('users_list', [], {}, { timeoutMs: 120_000 });
    await rig.clock.advance(61_000);
    expect(result(await outcome)).toEqual({ ok: true });
  });

  it('A call does not wait for a rate limit when its caller has gone', async () => {
    rig.slack.answers.push({ t: 'rate_limited', retryAfterMs: 20_000 });
    const gone = new AbortController();
    const outcome = rig.call('chat_postMessage', ['C1', 'hi'], {}, { signal: gone.signal });
    await rig.clock.advance(1_000);
    gone.abort();
    expect(problem(await outcome)).toMatchObject({ error: 'ratelimited' });
    expect(rig.clock.pendingTimers).toBe(0);
  });
});

describe('an answer that was lost', () => {
  it('A call whose answer was lost is repeated where that is safe', async () => {
    rig.slack.answers.push(lost, { t: 'refused', error: 'internal_error' });
    const outcome = rig.call('users_info', ['U1']);
    await rig.clock.advance(10_000);
    expect(result(await outcome)).toEqual({ ok: true });
    expect(rig.slack.calls).toHaveLength(3);
  });

  it('A message whose answer was lost is sent again under the id that Slack knows it by', async () => {
    rig.slack.answers.push(lost);
    const outcome = rig.call('chat_postMessage', ['C1', 'hi']);
    await rig.clock.advance(10_000);
    expect(result(await outcome)).toEqual({ ok: true });
    expect(rig.slack.calls.map(({ args }) => args['client_msg_id'])).toEqual(['id-1', 'id-1']);
  });

  it('A lost answer is an error where a repetition could act twice', async () => {
    rig.slack.answers.push(lost);
    expect(problem(await rig.call('chat_delete', ['C1', '1.2']))).toMatchObject({ error: 'unreachable' });
    expect(rig.slack.calls).toHaveLength(1);
  });

  it('A call whose answer was lost is given up at the deadline', async () => {
    for (let n = 0; n < 100; n++) rig.slack.answers.push(lost);
    const outcome = rig.call('users_info', ['U1']);
    await rig.clock.advance(60_000);
    expect(problem(await outcome)).toMatchObject({ error: 'unreachable' });
    expect(rig.clock.pendingTimers).toBe(0);
  });
});

describe('a call that comes twice because its caller died', () => {
  /** A call whose caller goes away before Slack has answered; `answer` is what Slack says then. */
  async function abandoned(name: string, args: unknown[], answer: JsonObject | SlackFailure): Promise<void> {
    const gone = new AbortController();
    let resolve = (_: JsonObject | SlackFailure): void => undefined;
    rig.slack.answers.push(new Promise((settled) => (resolve = settled)));
    const outcome = rig.call(name, args, {}, { signal: gone.signal });
    await settle();
    gone.abort();
    resolve(answer);
    await outcome;
  }

  it('A call that comes twice because its caller died acts once, and both get the outcome', async () => {
    await abandoned('chat_delete', ['C1', '1.2'], { ts: '1.2' });
    expect(result(await rig.call('chat_delete', ['C1', '1.2']))).toEqual({ ok: true, ts: '1.2' });
    expect(rig.slack.calls).toHaveLength(1);
  });

  it('A call that comes twice gets Slack’s refusal too', async () => {
    await abandoned('chat_delete', ['C1', '1.2'], { t: 'refused', error: 'cant_delete_message' });
    expect(problem(await rig.call('chat_delete', ['C1', '1.2']))).toMatchObject({
      error: 'cant_delete_message',
    });
    expect(rig.slack.calls).toHaveLength(1);
  });

  it('A call is made again under the same id where its outcome is not known', async () => {
    const gone = new AbortController();
    rig.slack.answers.push(lost);
    const first = rig.call('chat_postMessage', ['C1', 'hi'], {}, { signal: gone.signal });
    await settle();
    gone.abort();
    await first;
    await rig.call('chat_postMessage', ['C1', 'hi']);
    expect(rig.slack.calls.map(({ args }) => args['client_msg_id'])).toEqual(['id-1', 'id-1']);
  });

  it('A call counts as a repetition only once, soon afterwards, and with everything the same', async () => {
    await abandoned('chat_delete', ['C1', '1.2'], {});
    await rig.call('chat_delete', ['C1', '1.3']);
    await rig.call('chat_delete', ['C1', '1.2'], {}, { connection: 'con_2' });
    expect(rig.slack.calls).toHaveLength(3);
    await rig.call('chat_delete', ['C1', '1.2']);
    expect(rig.slack.calls).toHaveLength(3);
    await rig.call('chat_delete', ['C1', '1.2']);
    expect(rig.slack.calls).toHaveLength(4);
    await abandoned('chat_delete', ['C1', '9.9'], {});
    await rig.clock.advance(11 * 60_000);
    await rig.call('chat_delete', ['C1', '9.9']);
    expect(rig.slack.calls).toHaveLength(6);
  });

  it('A workflow that does the same twice acts twice', async () => {
    await rig.call('chat_postMessage', ['C1', 'hi']);
    await rig.call('chat_postMessage', ['C1', 'hi']);
    expect(rig.slack.calls.map(({ args }) => args['client_msg_id'])).toEqual(['id-1', 'id-2']);
  });

  it('A client_msg_id of the workflow’s own is kept', async () => {
    await rig.call('chat_postMessage', ['C1', 'hi'], { client_msg_id: 'mine' });
    expect(rig.slack.calls[0]?.args['client_msg_id']).toBe('mine');
  });

  it('A stop lets Slack finish calls that change something and ends those that only read', async () => {
    const gone = new AbortController();
    await rig.call('chat_delete', ['C1', '1.2'], {}, { signal: gone.signal });
    await rig.call('users_info', ['U1'], {}, { signal: gone.signal });
    expect(rig.slack.calls.map(({ signal }) => signal)).toEqual([undefined, gone.signal]);
  });
});
