import type { Random } from '../../../core/random.js';

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const MIXED = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const HEX = '0123456789abcdef';

/** Makes ids in Slack's forms, each once, the same for the same seed and the same order of calls. */
export interface Identifiers {
  /** Such as `C07…`: a prefix and ten capital letters or digits. */
  object(prefix: string): string;
  uuid(): string;
  hex(length: number): string;
  digits(length: number): string;
  secret(length: number): string;
}

export function createIdentifiers(random: Random): Identifiers {
  let made = 0;
  const pick = (alphabet: string, length: number): string => {
    let text = '';
    for (let index = 0; index < length; index += 1)
      text += alphabet[Math.floor(random() * alphabet.length)] ?? '';
    return text;
  };
  return {
    object(prefix) {
      made += 1;
      // The count makes it unique, the rest makes it look like Slack's.
      return `${prefix}0${pick(LETTERS, 4)}${made.toString(36).toUpperCase().padStart(5, '0')}`;
    },
    uuid: () =>
      `${pick(HEX, 8)}-${pick(HEX, 4)}-4${pick(HEX, 3)}-${pick('89ab', 1)}${pick(HEX, 3)}-${pick(HEX, 12)}`,
    hex: (length) => pick(HEX, length),
    digits: (length) => pick('123456789', 1) + pick('0123456789', length - 1),
    secret: (length) => pick(MIXED, length),
  };
}
