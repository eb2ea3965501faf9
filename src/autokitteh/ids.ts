// TypeID: a prefix, and 128 bits in lower-case Crockford base32, whose first character holds two bits only.
const SUFFIX = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;

/** The kinds of ids that this program meets. */
export type IdKind = 'con' | 'int' | 'evt' | 'trg' | 'prj' | 'dep' | 'ses' | 'org' | 'usr';

/** Whether `text` is a well-formed id of the kind. The server panics on some that are not, so ask first. */
export function isId(kind: IdKind, text: string): boolean {
  return text.startsWith(`${kind}_`) && SUFFIX.test(text.slice(kind.length + 1));
}

export function isConnectionId(text: string): boolean {
  return isId('con', text);
}

export function isIntegrationId(text: string): boolean {
  return isId('int', text);
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
const HINT_LENGTH = 6;

/**
 * The id that AutoKitteh gives to the integration of that unique name: a readable hint of six characters, and the
 * 64-bit FNV-1 hash of `int,<name>`.
 */
export function integrationIdFromName(name: string): string {
  const hint = Array.from(name, (letter) =>
    BASE32.includes(letter) ? letter : (LOOKALIKES[letter] ?? '0'),
  ).join('');
  const hash = fnv1(`int,${name}`).toString(16).padStart(16, '0');
  return `int_3kth${hint.slice(0, HINT_LENGTH).padStart(HINT_LENGTH, '0')}${hash}`;
}

/** FNV-1 (multiply, then xor; FNV-1a does it the other way round) over the UTF-8 bytes, 64 bits. */
function fnv1(text: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, hash * 0x100000001b3n) ^ BigInt(byte);
  }
  return hash;
}
