import { scrub, type OwnSecrets } from './scrub.js';

// A log line is for people: what is deeper, longer or larger than this is named and not shown.
const DEEPEST = 8;
const MOST_ENTRIES = 100;

// Values under these names are secrets, whatever they look like. Compared without case, dashes and underscores.
const SECRET_NAME =
  /(?:token|secret|passwd|password|cookie|usersession|authorization|ticket|credentials?|(?:api|sign|signing|private)key|(?:response|upload|webhook|answer)url)$/;

const HIDDEN = '[secret]';

/** Makes values fit for a log: plain, bounded, without cycles, and each text in them without secrets. Never throws. */
export class Loggable {
  readonly #own: OwnSecrets;

  constructor(own: OwnSecrets) {
    this.#own = own;
  }

  text(text: string): string {
    return scrub(text, this.#own);
  }

  value(value: unknown): unknown {
    return this.#value(value, [], false);
  }

  #value(value: unknown, above: readonly object[], isSecret: boolean): unknown {
    switch (typeof value) {
      case 'string':
        return isSecret && value !== '' ? HIDDEN : this.text(value);
      case 'number':
      case 'bigint':
        if (isSecret) return HIDDEN;
        return typeof value === 'bigint' ? String(value) : rounded(value);
      case 'function':
      case 'symbol':
        return `[${typeof value}]`;
      case 'object':
        break;
      default:
        return value;
    }
    if (value === null) return value;
    if (above.includes(value)) return '[cycle]';
    if (above.length >= DEEPEST) return '[deeper]';
    try {
      return this.#object(value, [...above, value], isSecret);
    } catch {
      // A getter or a proxy that throws.
      return '[unreadable]';
    }
  }

  #object(value: object, above: readonly object[], isSecret: boolean): unknown {
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? '[no date]' : value.toISOString();
    if (value instanceof URL || value instanceof URLSearchParams || value instanceof RegExp)
      return this.#value(String(value), above, isSecret);
    if (value instanceof Error) return this.#fields(errorEntries(value), above, isSecret);
    if (value instanceof Map || value instanceof Headers)
      return this.#fields(entriesOf(value as Iterable<[unknown, unknown]>), above, isSecret);
    if (Array.isArray(value) || value instanceof Set) return this.#list([...value], above, isSecret);
    if ('toJSON' in value && typeof value.toJSON === 'function')
      return this.#value((value as { toJSON: () => unknown }).toJSON(), above, isSecret);
    return this.#fields(
      Object.keys(value).map((key) => [key, value[key as keyof typeof value]]),
      above,
      isSecret,
    );
  }

  #list(items: readonly unknown[], above: readonly object[], isSecret: boolean): unknown {
    // Headers may come as a flat list of names and values in turn.
    const shown = items
      .slice(0, MOST_ENTRIES)
      .map((item, index) => this.#value(item, above, isSecret || isSecretName(items[index - 1])));
    return items.length > MOST_ENTRIES ? [...shown, `[${items.length - MOST_ENTRIES} more]`] : shown;
  }

  #fields(
    entries: readonly (readonly [string, unknown])[],
    above: readonly object[],
    isSecret: boolean,
  ): unknown {
    // AutoKitteh's variables are objects with a name and a value.
    const name = entries.find(([key]) => key === 'name')?.[1];
    const shown = entries.slice(0, MOST_ENTRIES).map(([key, value]): [string, unknown] => {
      const secret = isSecret || isSecretName(key) || (key === 'value' && isSecretName(name));
      return [this.text(key), this.#value(value, above, secret)];
    });
    if (entries.length > MOST_ENTRIES) shown.push(['[more]', entries.length - MOST_ENTRIES]);
    return Object.fromEntries(shown);
  }
}

/** Whole numbers as they are, others to what is worth reading: milliseconds come with fifteen digits. */
function rounded(value: number): number {
  if (!Number.isFinite(value) || Number.isInteger(value)) return value;
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}

function isSecretName(name: unknown): boolean {
  return (
    typeof name === 'string' &&
    SECRET_NAME.test(
      name
        .slice(-40)
        .toLowerCase()
        .replace(/[-_\s]/g, ''),
    )
  );
}

function entriesOf(entries: Iterable<readonly [unknown, unknown]>): [string, unknown][] {
  return [...entries].map(([key, value]) => [typeof key === 'string' ? key : `[${typeof key}]`, value]);
}

function errorEntries(error: Error): [string, unknown][] {
  const { name, message, stack, cause } = error;
  return [
    ['type', name],
    ['message', message],
    ['stack', stack],
    ...(cause === undefined ? [] : [['cause', cause] as [string, unknown]]),
    ...(error instanceof AggregateError ? [['errors', error.errors] as [string, unknown]] : []),
    ...Object.keys(error)
      .filter((key) => !['name', 'message', 'stack', 'cause', 'errors'].includes(key))
      .map((key): [string, unknown] => [key, error[key as keyof Error]]),
  ];
}
