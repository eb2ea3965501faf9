import { isSymbol } from './ids.js';
import { keyText } from './values.js';
import type { Dict_Item, Value } from '../../gen/autokitteh/values/v1/values_pb.js';

type Fields = Readonly<Record<string, Value>>;

const KINDS = [
  'nothing',
  'boolean',
  'string',
  'integer',
  'float',
  'list',
  'set',
  'dict',
  'bytes',
  'time',
  'duration',
  'struct',
  'module',
  'symbol',
  'function',
  'custom',
  'bigInteger',
] as const satisfies readonly (keyof Value)[];

const REQUIRED = 'value is required [required]';
const TOO_SHORT = 'value length must be at least 1 characters [string.min_len]';

/** What the form of a request says about values, rule by rule: parts that must be there, names that are empty. */
export function formProblems(fields: Fields, at: string): string[] {
  return Object.entries(fields).flatMap(([key, value]) => formOf(value, `${at}["${key}"]`));
}

function formOf(value: Value, at: string): string[] {
  const { struct, dict, time, duration, module, symbol, function: called } = value;
  if (struct !== undefined) {
    const ctor =
      struct.ctor === undefined
        ? [`${at}.struct.ctor: ${REQUIRED}`]
        : formOf(struct.ctor, `${at}.struct.ctor`);
    return [...ctor, ...namedForm(struct.fields, `${at}.struct.fields`)];
  }
  if (module !== undefined)
    return [
      ...filled(module.name, `${at}.module.name`),
      ...namedForm(module.members, `${at}.module.members`),
    ];
  if (dict !== undefined)
    return dict.items.flatMap((item, index) => itemForm(item, `${at}.dict.items[${index}]`));
  if (time !== undefined && time.v === undefined) return [`${at}.time.v: ${REQUIRED}`];
  if (duration !== undefined && duration.v === undefined) return [`${at}.duration.v: ${REQUIRED}`];
  if (symbol !== undefined) return filled(symbol.name, `${at}.symbol.name`);
  if (called !== undefined) return filled(called.name, `${at}.function.name`);
  const list = value.list?.vs ?? value.set?.vs ?? [];
  return list.flatMap((element, index) =>
    formOf(element, `${at}.${value.list ? 'list' : 'set'}.vs[${index}]`),
  );
}

function namedForm(fields: Fields, at: string): string[] {
  return [
    ...Object.keys(fields).flatMap((key) => filled(key, `${at}["${key}"]`)),
    ...formProblems(fields, at),
  ];
}

function itemForm({ k, v }: Dict_Item, at: string): string[] {
  return [
    ...(k === undefined ? [`${at}.k: ${REQUIRED}`] : formOf(k, `${at}.k`)),
    ...(v === undefined ? [`${at}.v: ${REQUIRED}`] : formOf(v, `${at}.v`)),
  ];
}

function filled(name: string, at: string): string[] {
  return name === '' ? [`${at}: ${TOO_SHORT}`] : [];
}

/** Why event data that the form allows makes AutoKitteh's event workflow panic for ever; undefined when it does not. */
export function wedgeProblem(data: Fields): string | undefined {
  return namesProblem(data) ?? first(Object.values(data).map(strictProblem));
}

/** Why AutoKitteh cannot read a value: not exactly one kind, a name that is not a valid identifier, a repeated dict key. */
export function strictProblem(value: Value): string | undefined {
  const kinds = KINDS.filter((kind) => value[kind] !== undefined);
  if (kinds.length !== 1) return 'exactly one field must be set';
  if (value.struct)
    return namesProblem(value.struct.fields) ?? first(Object.values(value.struct.fields).map(strictProblem));
  if (value.symbol) return symbolProblem(value.symbol.name);
  if (value.dict) return dictProblem(value.dict.items);
  return first((value.list?.vs ?? value.set?.vs ?? []).map(strictProblem));
}

function dictProblem(items: readonly Dict_Item[]): string | undefined {
  const keys = items.map(({ k }) => keyText(k));
  const repeated = keys.find((key, index) => keys.indexOf(key) !== index);
  if (repeated !== undefined) return `duplicate key ${JSON.stringify(repeated)}`;
  return first(items.flatMap(({ k, v }) => [k && strictProblem(k), v && strictProblem(v)]));
}

function namesProblem(fields: Fields): string | undefined {
  return first(Object.keys(fields).map(symbolProblem));
}

function symbolProblem(name: string): string | undefined {
  return isSymbol(name) ? undefined : `illegal symbol (expected [a-zA-Z_][\\w]*), got: ${name}`;
}

function first(problems: readonly (string | undefined)[]): string | undefined {
  return problems.find((problem) => problem !== undefined);
}
