import { isJsonObject, stringAt, type JsonValue } from '../../../core/json.js';

/** Notes what is wrong at a JSON pointer. */
export type Say = (pointer: string, message: string) => void;

/** A text object. Its words have at least one character, and so many at most. */
export function checkText(
  say: Say,
  at: string,
  value: JsonValue | undefined,
  kind: 'plain_text' | 'any',
  most: number,
): void {
  if (!isJsonObject(value)) {
    say(at, value === undefined ? 'missing required field' : 'must provide an object');
    return;
  }
  const type = stringAt(value, 'type');
  if (type !== 'plain_text' && (kind === 'plain_text' || type !== 'mrkdwn'))
    say(`${at}/type`, `unsupported type: ${type}`);
  if (typeof value['text'] !== 'string') say(at, 'missing required field: text');
  else checkWords(say, `${at}/text`, value['text'], 1, most);
}

/** A string, where it is there, with so many characters. */
export function checkWords(
  say: Say,
  at: string,
  value: JsonValue | undefined,
  least: number,
  most: number,
): void {
  if (value === undefined) return;
  if (typeof value !== 'string') {
    say(at, 'must provide a string');
    return;
  }
  const { length } = Array.from(value);
  if (length < least) say(at, `must be more than ${least - 1} characters`);
  if (length > most) say(at, `must be less than ${most + 1} characters`);
}

/** A list with so many items; what it has, to go on with. */
export function checkCount(
  say: Say,
  at: string,
  value: JsonValue | readonly JsonValue[] | undefined,
  least: number,
  most: number,
): readonly JsonValue[] {
  if (!Array.isArray(value)) {
    say(at, value === undefined ? 'missing required field' : 'must provide an array');
    return [];
  }
  const items = value as readonly JsonValue[];
  if (items.length < least) say(at, `no fewer than ${least} items allowed`);
  if (items.length > most) say(at, `no more than ${most} items allowed`);
  return items;
}
