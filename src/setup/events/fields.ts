import { isSymbol, type Value } from '../../autokitteh/values.js';
import { toJson } from '../../autokitteh/values-json.js';
import { scrub } from '../../core/scrub.js';
import { cutText } from '../../core/text.js';

/** One value in an event's data. */
export interface Field {
  /** As workflows in Python read it, such as `event.data.channel`. */
  readonly path: string;
  readonly shown: string;
  /** AutoKitteh's filter for events with this value (CEL); absent where there is none, or for a secret. */
  readonly filter?: string;
}

export interface EventFields {
  readonly filled: readonly Field[];
  /** Empty texts, lists and objects, 0, False and what is nothing: most events have many, and filters ask for these, too. */
  readonly empty: readonly Field[];
  /** How many are left out; at least so many where there are more than 20,000. */
  readonly left: number;
}

// Slack's largest events have about two hundred.
const MOST_FIELDS = 400;
const DEEPEST = 32;
const LONGEST_SHOWN = 200;
const LONGEST_PATH = 300;
// An event that another program has dispatched may hold millions, and everybody else waits while they are looked at.
const MOST_LOOKED_AT = 20_000;
// The end of a key tells whether it is the name of a secret.
const LOOKED_AT_OF_KEY = 64;
// Of a longer text only so much is looked through for secrets.
const LOOKED_THROUGH = 1_000;

/** Whoever has one of these may answer in the app's name. The key may be the end of a path, such as `message.token`. */
const SECRET = /(?:^|[^a-z])(?:response_ur(?:l|_l)s?|answer_url|trigger_id|\w*token|\w*secret|password)$/i;

/** Where a value is, in both notations. */
interface Place {
  readonly python: string;
  readonly cel: string;
  /** What an index or a bracket leads to is a plain dict in Python, without attributes. */
  readonly isPlainDict: boolean;
}

/** The fields of an event's data in the order of their names, those of Slack's envelope last. */
export function fieldsOf(data: Readonly<Record<string, Value>>): EventFields {
  const found = new Found();
  const root: Place = { python: 'event.data', cel: 'data', isPlainDict: false };
  const last = (key: string): number => Number(key === 'slack_envelope');
  const keys = Object.keys(data)
    .slice(0, MOST_LOOKED_AT)
    .sort((one, other) => last(one) - last(other) || (one < other ? -1 : 1));
  for (const key of keys) addMember(data[key], key, root, 0, found);
  return { filled: found.filled, empty: found.empty, left: found.left };
}

/** What was found so far. */
class Found {
  readonly filled: Field[] = [];
  readonly empty: Field[] = [];
  left = 0;
  #lookedAt = 0;

  /** Whether nothing more is to be looked at. */
  get isOver(): boolean {
    return this.#lookedAt >= MOST_LOOKED_AT;
  }

  add(path: string, isEmpty: boolean, shown: () => Omit<Field, 'path'>): void {
    this.#lookedAt += 1;
    const isLeft = path.length > LONGEST_PATH || this.filled.length + this.empty.length >= MOST_FIELDS;
    if (isLeft) this.left += 1;
    else (isEmpty ? this.empty : this.filled).push({ path, ...shown() });
  }
}

function addMember(value: Value | undefined, key: string, parent: Place, depth: number, found: Found): void {
  if (found.isOver) return;
  const place = memberOf(parent, key);
  if (SECRET.test(key.slice(-LOOKED_AT_OF_KEY)) && !isEmptyValue(value))
    found.add(place.python, false, () => ({ shown: 'present' }));
  else addValue(value, place, depth, found);
}

function addValue(value: Value | undefined, place: Place, depth: number, found: Found): void {
  const members = depth < DEEPEST && !isEmptyValue(value) ? membersOf(value) : undefined;
  if (members !== undefined) {
    for (const [key, member] of members)
      if (key === undefined) found.left += 1;
      else addMember(member, key, place, depth + 1, found);
  } else if (depth < DEEPEST && value?.list !== undefined && value.list.vs.length > 0) {
    for (const [index, item] of value.list.vs.entries()) {
      if (found.isOver) return;
      addValue(item, itemOf(place, index), depth + 1, found);
    }
  } else {
    found.add(place.python, isEmptyValue(value) || isZero(value), () => shownOf(value, place));
  }
}

function membersOf(value: Value | undefined): [string | undefined, Value | undefined][] | undefined {
  if (value?.struct !== undefined)
    return Object.entries(value.struct.fields)
      .slice(0, MOST_LOOKED_AT)
      .sort(([one], [other]) => (one < other ? -1 : 1));
  return value?.dict?.items.slice(0, MOST_LOOKED_AT).map(({ k, v }) => [keyOf(k), v]);
}

function keyOf(key: Value | undefined): string | undefined {
  if (key?.string !== undefined) return key.string.v;
  // A filter cannot name one that is made of others, and it may be as deep as its writer likes.
  if ((key?.list ?? key?.set ?? key?.dict ?? key?.struct ?? key?.custom) !== undefined) return undefined;
  const json = toJson(key);
  return typeof json === 'string' ? json : JSON.stringify(json);
}

function isEmptyValue(value: Value | undefined): boolean {
  if (value === undefined || value.nothing !== undefined) return true;
  if (value.string !== undefined) return value.string.v === '';
  const { list, set, dict, struct } = value;
  if (struct !== undefined) return Object.keys(struct.fields).length === 0;
  const items = list?.vs ?? set?.vs ?? dict?.items;
  return items?.length === 0;
}

function isZero(value: Value | undefined): boolean {
  return value?.boolean?.v === false || value?.integer?.v === 0n || value?.float?.v === 0;
}

function shownOf(value: Value | undefined, { cel }: Place): Pick<Field, 'shown' | 'filter'> {
  if (value === undefined || value.nothing !== undefined) return { shown: 'None', filter: `${cel} == null` };
  if (value.string !== undefined) return shownText(value.string.v, cel);
  if (value.boolean !== undefined) {
    const { v } = value.boolean;
    return { shown: v ? 'True' : 'False', filter: `${cel} == ${v}` };
  }
  if (value.integer !== undefined) {
    const shown = value.integer.v.toString();
    return { shown, filter: `${cel} == ${shown}` };
  }
  if (value.float !== undefined && Number.isFinite(value.float.v)) {
    const digits = String(value.float.v);
    // CEL takes a number without a point for an integer, which equals no float.
    return { shown: digits, filter: `${cel} == ${/[.e]/.test(digits) ? digits : `${digits}.0`}` };
  }
  const { list, set, dict, struct } = value;
  if (list !== undefined || set !== undefined || dict !== undefined || struct !== undefined)
    return { shown: !isEmptyValue(value) ? '…' : (dict ?? struct) === undefined ? '[]' : '{}' };
  const json = toJson(value);
  return { shown: shownText(typeof json === 'string' ? json : JSON.stringify(json), cel).shown };
}

/** A text as it is, unless there is a secret in it. */
function shownText(text: string, cel: string): Pick<Field, 'shown' | 'filter'> {
  const looked = cutText(text, LOOKED_THROUGH);
  const scrubbed = scrub(looked);
  const shown = JSON.stringify(cutText(scrubbed, LONGEST_SHOWN));
  if (scrubbed !== looked) return { shown };
  if (text.length > LONGEST_SHOWN) return { shown: `${shown.slice(0, -1)}…"` };
  // JSON's escapes are CEL's, too.
  return { shown, filter: `${cel} == ${JSON.stringify(text)}` };
}

/** Python's keywords, and the methods that its dicts have already. */
const TAKEN_IN_PYTHON = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from global if ' +
    'import in is lambda nonlocal not or pass raise return try while with yield ' +
    'clear copy fromkeys get items keys pop popitem setdefault update values'
  ).split(' '),
);

/** Words that CEL reserves (CEL, "Language definition", Syntax). */
const RESERVED_IN_CEL = new Set(
  (
    'true false null in as break const continue else for function if import let loop package namespace return var void ' +
    'while'
  ).split(' '),
);

function memberOf({ python, cel, isPlainDict }: Place, key: string): Place {
  const bracket = `[${JSON.stringify(key)}]`;
  const isName = isSymbol(key);
  const isAttribute = isName && !isPlainDict && !TAKEN_IN_PYTHON.has(key);
  return {
    python: python + (isAttribute ? `.${key}` : bracket),
    cel: cel + (isName && !RESERVED_IN_CEL.has(key) ? `.${key}` : bracket),
    isPlainDict: !isAttribute,
  };
}

function itemOf({ python, cel }: Place, index: number): Place {
  return { python: `${python}[${index}]`, cel: `${cel}[${index}]`, isPlainDict: true };
}
