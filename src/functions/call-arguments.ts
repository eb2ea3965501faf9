import { isJsonObject, type JsonObject } from '../core/json.js';
import { toJson } from '../autokitteh/values-json.js';
import type { Value } from '../autokitteh/values.js';
import type { FunctionDescription } from './function-description.js';
import type { CallProblem } from './results.js';

/** Arguments by name, or what is wrong with them. */
export type Bound =
  | { readonly ok: true; readonly values: ReadonlyMap<string, Value> }
  | { readonly ok: false; readonly problem: CallProblem };

/**
 * Gives positional arguments their names. Keywords that the description does not know are kept: Slack may have got new
 * ones, and says so itself if it has not. Missing ones are Slack's to complain about, too.
 */
export function bindArguments(
  description: FunctionDescription,
  args: readonly Value[],
  kwargs: Readonly<Record<string, Value>>,
): Bound {
  const names = description.parameters.filter(({ keyword }) => !keyword).map(({ name }) => name);
  if (args.length > names.length) {
    const taken = names.length === 0 ? 'none' : names.join(', ');
    return problem(`${description.name} takes by position: ${taken}; give the rest by keyword`);
  }
  const values = new Map<string, Value>();
  for (const [index, value] of args.entries()) values.set(names[index] ?? '', value);
  for (const [name, value] of Object.entries(kwargs)) {
    if (values.has(name)) return problem(`${description.name} got ${name} by position and by keyword`);
    values.set(name, value);
  }
  return { ok: true, values };
}

/** Arguments as Slack takes them, without those that are nothing; `except` are not for Slack. */
export function slackArguments(
  values: ReadonlyMap<string, Value>,
  except: readonly string[] = [],
): JsonObject {
  const entries = [...values]
    .filter(([name, value]) => !except.includes(name) && value.nothing === undefined)
    .map(([name, value]) => [name, toJson(value)] as const);
  return Object.fromEntries(entries);
}

/** A dictionary of arguments under `name`, if there is one. */
export function argumentsUnder(values: ReadonlyMap<string, Value>, name: string): JsonObject {
  const json = toJson(values.get(name));
  return isJsonObject(json) ? json : {};
}

/** The text under `name`, or an empty one. */
export function textArgument(values: ReadonlyMap<string, Value>, name: string): string {
  return values.get(name)?.string?.v ?? '';
}

export function badArguments(message: string): CallProblem {
  return { error: 'bad_arguments', message };
}

function problem(message: string): Bound {
  return { ok: false, problem: badArguments(message) };
}
