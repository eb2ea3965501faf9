import type { Clock } from '../core/clock.js';
import { PluginError } from '../core/errors.js';
import type { JsonObject } from '../core/json.js';
import type { Random } from '../core/random.js';
import type { SlackWebApi } from '../slack/web-api.js';
import { toJson } from '../autokitteh/values-json.js';
import { sizeOf } from '../autokitteh/values-size.js';
import type { Value } from '../autokitteh/values.js';
import {
  argumentsUnder,
  badArguments,
  bindArguments,
  slackArguments,
  textArgument,
} from './call-arguments.js';
import { API_CALL, FILES_UPLOAD, METHOD_FUNCTIONS, PAGINATE } from './descriptions.js';
import type { FunctionDescription } from './function-description.js';
import { uploadFile, type Upload } from './file-upload.js';
import { createRunOnce } from './idempotency.js';
import { joinPages } from './pagination.js';
import { resultValue, slackError, type CallProblem } from './results.js';
import {
  createSlackCall,
  hasClientMessageId,
  isReading,
  type CallContext,
  type SlackOutcome,
} from './slack-call.js';

/** What user code gets from a call: a value, or an error that it can catch and read. */
export type CallOutcome =
  { readonly t: 'returned'; readonly value: Value } | { readonly t: 'raised'; readonly error: Value };

/** How long the caller of a function waits for it. */
export interface CallOptions {
  /** Aborts when the caller does not wait any more. */
  readonly signal: AbortSignal;
  /** The caller's own deadline, milliseconds from now; 60 s when it has none. */
  readonly timeoutMs: number | undefined;
}

export interface SlackFunctions {
  /** All functions, sorted by name; the same as long as the program runs. */
  list(): readonly FunctionDescription[];
  /**
   * Calls one. Rejects with `not_found` for a function that is not in the list.
   */
  call(
    connectionId: string,
    name: string,
    args: readonly Value[],
    kwargs: Readonly<Record<string, Value>>,
    options: CallOptions,
  ): Promise<CallOutcome>;
}

export interface SlackFunctionsOptions {
  readonly api: Pick<SlackWebApi, 'call'>;
  /** The bot token of a connection, from memory. */
  readonly token: (connectionId: string) => Promise<string | undefined>;
  readonly upload: Upload;
  readonly clock: Clock;
  readonly random: Random;
  /** Makes UUIDs. */
  readonly newId: () => string;
}

const DEADLINE_MS = 60_000;

/** The server keeps a result in its history, which refuses more than 2 MB. */
const LARGEST_RESULT = 1_500_000;

const DEFAULT_ITEMS = 1_000;

const METHOD_NAME = /^[a-zA-Z]\w*(?:\.\w+)+$/;

/** Slack's Web API as functions that workflows call. */
export function createSlackFunctions(options: SlackFunctionsOptions): SlackFunctions {
  const { clock } = options;
  const callSlack = createSlackCall(options);
  const runOnce = createRunOnce(options);
  const methods = new Map(METHOD_FUNCTIONS.map((description) => [description.name, description]));
  const all = [...METHOD_FUNCTIONS, API_CALL, FILES_UPLOAD, PAGINATE].sort(byName);
  const descriptions = new Map(all.map((description) => [description.name, description]));

  function callMethod(
    connectionId: string,
    method: string,
    args: JsonObject,
    context: CallContext,
  ): Promise<SlackOutcome> {
    if (isReading(method)) return callSlack(method, args, context);
    return runOnce({ connectionId, name: method, args, signal: context.signal }, (id) => {
      const known = hasClientMessageId(method) ? { client_msg_id: id } : {};
      return callSlack(method, { ...known, ...args }, context);
    });
  }

  function run(
    connectionId: string,
    name: string,
    values: ReadonlyMap<string, Value>,
    context: CallContext,
  ): Promise<SlackOutcome> {
    const own = methods.get(name);
    if (own !== undefined) {
      return callMethod(connectionId, own.method, slackArguments(values, ['token']), context);
    }
    if (name === FILES_UPLOAD.name) {
      const args = slackArguments(values, ['token']);
      return runOnce({ connectionId, name, args, signal: context.signal }, () =>
        uploadFile(values, callSlack, options.upload, context),
      );
    }
    const method = textArgument(values, 'method');
    if (!METHOD_NAME.test(method))
      return Promise.resolve(refused('method must be a name such as chat.postMessage'));
    const args = {
      ...argumentsUnder(values, 'params'),
      ...slackArguments(values, [
        'method',
        'params',
        'token',
        ...(name === PAGINATE.name ? ['max_items'] : []),
      ]),
    };
    if (name === API_CALL.name) return callMethod(connectionId, method, args, context);
    const maxItems = toJson(values.get('max_items'));
    return joinPages(args, typeof maxItems === 'number' ? maxItems : DEFAULT_ITEMS, (page) =>
      callSlack(method, page, context),
    );
  }

  return {
    list: () => all,
    async call(connectionId, name, args, kwargs, { signal, timeoutMs = DEADLINE_MS }) {
      const description = descriptions.get(name);
      if (description === undefined) throw new PluginError('not_found', `there is no function ${name}`);
      const deadline = clock.monotonic() + timeoutMs;
      const bound = bindArguments(description, args, kwargs);
      if (!bound.ok) return raised(name, bound.problem);
      const token = textArgument(bound.values, 'token') || (await options.token(connectionId));
      if (token === undefined || token === '') return raised(name, NOT_CONNECTED);
      const outcome = await run(connectionId, name, bound.values, { token, signal, deadline });
      if (outcome.t === 'failed') return raised(name, outcome.problem);
      const value = resultValue(outcome.response);
      return sizeOf(value) > LARGEST_RESULT ? raised(name, TOO_LARGE) : { t: 'returned', value };
    },
  };
}

const NOT_CONNECTED: CallProblem = {
  error: 'not_connected',
  message: 'the connection has no bot token: set it up first',
};

const TOO_LARGE: CallProblem = {
  error: 'result_too_large',
  message: 'the result is larger than AutoKitteh accepts: request less with limit and cursor',
};

function raised(name: string, problem: CallProblem): CallOutcome {
  return { t: 'raised', error: slackError(name, problem) };
}

function refused(message: string): SlackOutcome {
  return { t: 'failed', problem: badArguments(message), sure: true };
}

function byName(one: FunctionDescription, other: FunctionDescription): number {
  return one.name < other.name ? -1 : 1;
}
