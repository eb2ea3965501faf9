import { typeid } from 'typeid-js';

/** Prefixes of AutoKitteh's ids. */
export type IdKind = 'con' | 'int' | 'evt' | 'trg' | 'prj' | 'dep' | 'bld' | 'ses' | 'usr' | 'org';

export const SYSTEM_USER_ID = 'usr_3vser000000000000000000000';
export const DEFAULT_USER_ID = 'usr_3vser000000000000000000001';
export const DEFAULT_ORG_ID = 'org_30rg0000000000000000000002';

/** A new id, sorted by the time of its making. */
export function newId(kind: IdKind): string {
  return typeid(kind).toString();
}

const SUFFIX_LENGTH = 26;

/**
 * What AutoKitteh says about `id` where one of `kind` is wanted; undefined when it is well-formed. An empty id is
 * well-formed: it names nothing.
 */
export function idProblem(id: string, kind: IdKind): string | undefined {
  if (id === '') return undefined;
  const cut = id.lastIndexOf('_');
  if (cut === 0) return "prefix cannot be empty when there's a separator";
  const prefix = cut === -1 ? '' : id.slice(0, cut);
  if (cut === id.length - 1) return "suffix can't be the empty string";
  if (prefix !== kind) return `invalid prefix: '${prefix}'. Subtype requires prefix to match '${kind}'`;
  return suffixProblem(id.slice(cut + 1));
}

/** The same where an id of any kind may stand, as in the scope of a variable. */
export function anyIdProblem(id: string): string | undefined {
  return id === '' ? undefined : suffixProblem(id.slice(id.lastIndexOf('_') + 1));
}

function suffixProblem(suffix: string): string | undefined {
  if (suffix.length !== SUFFIX_LENGTH)
    return `invalid suffix: ${suffix}. Suffix length is ${suffix.length}, expected ${SUFFIX_LENGTH}`;
  if (!/^[0-7]/.test(suffix))
    return `invalid suffix: '${suffix}'. Suffix must start with a 0-7 digit to avoid overflows`;
  return new RegExp(`^[${BASE32}]+$`).test(suffix) ? undefined : `invalid suffix: ${suffix}`;
}

/** The prefix of an id; empty when it has none. */
export function kindOf(id: string): string {
  return id.slice(0, Math.max(id.lastIndexOf('_'), 0));
}

const BASE32 = '0123456789abcdefghjkmnpqrstvwxyz';
const LOOKALIKES: Readonly<Record<string, string>> = {
  i: '1',
  l: '1',
  '!': '1',
  u: 'v',
  o: '0',
  '@': '0',
  $: 's',
};

/** The id that AutoKitteh derives from an integration's unique name: a readable hint and a 64-bit FNV-1 hash. */
export function integrationIdOf(uniqueName: string): string {
  const hint = Array.from(uniqueName)
    .map((rune) => (BASE32.includes(rune) ? rune : (LOOKALIKES[rune] ?? '0')))
    .slice(0, 6)
    .join('')
    .padStart(6, '0');
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(`int,${uniqueName}`))
    hash = ((hash * 0x100000001b3n) & 0xffffffffffffffffn) ^ BigInt(byte);
  return `int_3kth${hint}${hash.toString(16).padStart(16, '0')}`;
}

const SYMBOL = /^[a-zA-Z_]\w*$/;

/** Whether AutoKitteh takes `text` as a name: of a connection, a variable, a field. */
export function isSymbol(text: string): boolean {
  return SYMBOL.test(text);
}
