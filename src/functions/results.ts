import { DEPTH, fromJson } from '../autokitteh/values-json.js';
import {
  dict,
  integer,
  isSymbol,
  list,
  NOTHING,
  string,
  struct,
  symbol,
  type Value,
} from '../autokitteh/values.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.js';

const RESPONSE = symbol('slack_response');
const OBJECT = symbol('slack_object');

/** Objects of Slack's whose keys are data: users choose them, or they are ids. */
const MAPS: ReadonlySet<string> = new Set([
  'emoji',
  'values',
  'fields',
  'event_payload',
  'inputs',
  'outputs',
]);

/** Ids of channels, users, teams, files; none of Slack's field names looks like one. */
const ID = /^[A-Z][A-Z0-9]{6,}$/;

/**
 * Slack's answer as user code gets it: records as structs (`result.channel.id`), maps as dicts (`result.emoji["+1"]`).
 * An object with a key that is not a valid identifier is a dict in any case.
 */
export function resultValue(response: JsonObject): Value {
  const fields = recordFields(response, 0);
  return fields === undefined ? fromJson(response) : struct(RESPONSE, fields);
}

function recordFields(object: JsonObject, depth: number): Record<string, Value> | undefined {
  const keys = Object.keys(object);
  if (!keys.every(isSymbol) || keys.some((key) => ID.test(key))) return undefined;
  return Object.fromEntries(keys.map((key) => [key, valueUnder(key, object[key], depth + 1)]));
}

function valueUnder(key: string, json: JsonValue | undefined, depth: number): Value {
  if (depth >= DEPTH) return NOTHING;
  if (Array.isArray(json)) return list(json.map((item) => valueUnder('', item, depth + 1)));
  if (!isJsonObject(json)) return fromJson(json);
  const fields = MAPS.has(key) ? undefined : recordFields(json, depth);
  if (fields !== undefined) return struct(OBJECT, fields);
  return dict(Object.keys(json).map((name) => [name, valueUnder(name, json[name], depth + 1)] as const));
}

/** What went wrong with a call, in Slack's own words where they are Slack's. */
export interface CallProblem {
  /** Slack's code; or `bad_arguments`, `not_connected`, `unreachable`, `ratelimited`, `result_too_large`. */
  readonly error: string;
  /** A sentence for people. */
  readonly message: string;
  readonly needed?: string;
  readonly provided?: string;
  /** Seconds. */
  readonly retryAfter?: number;
}

const CTOR = symbol('slack_error');

/** The value that user code catches: `slack_error(error, message, method, needed, provided, retry_after)`. */
export function slackError(method: string, problem: CallProblem): Value {
  return struct(CTOR, {
    error: string(problem.error),
    message: string(problem.message),
    method: string(method),
    needed: string(problem.needed ?? ''),
    provided: string(problem.provided ?? ''),
    retry_after: integer(BigInt(Math.ceil(problem.retryAfter ?? 0))),
  });
}
