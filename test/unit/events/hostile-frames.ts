import { wrap, wrapEvent } from './frames.js';

/** Frames that grow with `size`, each of a kind that could cost more than its length. */
export const HOSTILE: Readonly<Record<string, (size: number) => string>> = {
  'keys that become alike': (size) => wrapEvent({ type: 'custom', map: alikeKeys(size) }),
  'keys that become alike, and like the numbers given to them': (size) =>
    wrapEvent({ type: 'custom', map: { ...alikeKeys(size), ...numberedKeys(size) } }),
  'keys that become alike at the top': (size) => wrapEvent({ type: 'message', ...alikeKeys(size) }),
  'objects to be filled with zeros': (size) =>
    wrap('interactive', { type: 'block_actions', actions: Array.from({ length: size }, () => ({})) }),
  'many lists': (size) => wrapEvent({ type: 'custom', list: Array.from({ length: size }, () => [[[]]]) }),
  'long integers': (size) =>
    `{"type":"events_api","envelope_id":"e","payload":{"event":{"type":"custom","list":[${Array.from(
      { length: size },
      () => '9'.repeat(40),
    ).join()}]}}}`,
  'values of another kind than the built-in has': (size) =>
    wrapEvent({ type: 'message', reactions: Array.from({ length: size }, () => ({ name: {}, users: 'x' })) }),
  'a long text': (size) => wrapEvent({ type: 'message', text: '\u0000\\"'.repeat(size) }),
  'deep nesting': (size) =>
    wrapEvent({ type: 'custom', deep: 0 }).replace('"deep":0', `"deep":${nested(size)}`),
  'replies to a message': (size) =>
    wrapEvent({
      type: 'message',
      subtype: 'message_replied',
      message: { replies: Array.from({ length: size }, (_, number) => ({ user: 'U1', ts: `1.${number}` })) },
    }),
  'many authorizations': (size) =>
    wrapEvent(
      { type: 'message' },
      { authorizations: Array.from({ length: size }, () => ({ user_id: 'U1' })) },
    ),
};

/** Different keys that hold nothing but U+0000 and U+FFFD. */
function alikeKeys(count: number): Record<string, number> {
  const length = Math.ceil(Math.log2(count + 1)) + 1;
  const key = (number: number): string =>
    number.toString(2).padStart(length, '0').replaceAll('0', '\u0000').replaceAll('1', '\ufffd');
  return Object.fromEntries(Array.from({ length: count }, (_, number) => [key(number), number]));
}

function numberedKeys(count: number): Record<string, number> {
  const alike = '\ufffd'.repeat(Math.ceil(Math.log2(count + 1)) + 1);
  return Object.fromEntries(Array.from({ length: count }, (_, number) => [`${alike}_${number}`, number]));
}

/** As text, because JSON.stringify has not the stack for much of it. */
function nested(depth: number): string {
  return `${'{"a":'.repeat(depth)}{}${'}'.repeat(depth)}`;
}
