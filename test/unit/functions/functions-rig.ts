import { expect } from 'vitest';
import type { JsonObject } from '../../../src/core/json.js';
import { fromJson, toJson } from '../../../src/autokitteh/values-json.js';
import { NOTHING, type Value } from '../../../src/autokitteh/values.js';
import {
  createSlackFunctions,
  type CallOutcome,
  type SlackFunctions,
} from '../../../src/functions/functions.js';
import type { SlackFailure } from '../../../src/slack/errors.js';
import type { SlackWebApi } from '../../../src/slack/web-api.js';
import { HandClock } from '../../helpers/hand-clock.js';

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

export const lost: SlackFailure = { t: 'unreachable', message: 'Slack cannot be reached', answered: false };

interface Options {
  signal?: AbortSignal;
  timeoutMs?: number;
  connection?: string;
}

/** The functions in front of a Slack that a test plays, on a clock that it moves. */
export class FunctionsRig {
  readonly slack = new FakeSlack();
  readonly clock = new HandClock();
  readonly uploads: { url: string; text: string }[] = [];
  #ids = 0;
  readonly functions: SlackFunctions = createSlackFunctions({
    api: this.slack,
    token: (connectionId) =>
      Promise.resolve(connectionId === 'con_none' ? undefined : `bot of ${connectionId}`),
    upload: (url, bytes) => {
      this.uploads.push({ url, text: new TextDecoder().decode(bytes) });
      return url === 'broken' ? Promise.reject(new Error('reset')) : Promise.resolve();
    },
    clock: this.clock,
    random: () => 0.5,
    newId: () => `id-${++this.#ids}`,
  });

  call(name: string, args: unknown[] = [], kwargs: Record<string, unknown> = {}, options: Options = {}) {
    const { signal = new AbortController().signal, timeoutMs, connection = 'con_1' } = options;
    const positional = args.map((arg) => fromJson(arg as never));
    return this.functions.call(connection, name, positional, values(kwargs), { signal, timeoutMs });
  }
}

export function values(kwargs: Record<string, unknown>): Record<string, Value> {
  return Object.fromEntries(Object.entries(kwargs).map(([key, value]) => [key, fromJson(value as never)]));
}

export function result(outcome: CallOutcome): unknown {
  if (outcome.t === 'raised') throw new Error(JSON.stringify(toJson(outcome.error)));
  return toJson(outcome.value);
}

export function problem(outcome: CallOutcome): JsonObject {
  expect(outcome.t).toBe('raised');
  const error = outcome.t === 'raised' ? outcome.error : NOTHING;
  expect(error.struct?.ctor?.symbol?.name).toBe('slack_error');
  return toJson(error) as JsonObject;
}
