import type { JsonObject, JsonValue } from '../../src/core/json.js';
import type { Random } from '../../src/core/random.js';
import type { Frame } from '../../src/sim/slack/frames/draft.js';
import { innerEvent } from '../../src/sim/slack/frames/event-callback.js';
import { interactive } from '../../src/sim/slack/frames/interactions.js';
import { slashCommand } from '../../src/sim/slack/frames/slash-command.js';
import { one } from './strangers-target.js';

const MIB = 1024 * 1024;

/** A frame that Slack should not send: a text, also compressed, bytes, or an event of which the ledger keeps account. */
export type BadFrame =
  | { readonly t: 'text'; readonly text: string }
  | { readonly t: 'packed'; readonly text: string }
  | { readonly t: 'binary'; readonly bytes: Buffer }
  | { readonly t: 'event'; readonly frame: Frame };

const text = (of: string): BadFrame => ({ t: 'text', text: of });
const event = (fields: JsonObject): BadFrame => ({
  t: 'event',
  frame: innerEvent({ type: 'message', channel: 'C1', user: 'U1', ...fields }),
});
const enveloped = (type: string, payload: JsonValue): BadFrame =>
  text(JSON.stringify({ type, envelope_id: crypto.randomUUID(), payload }));

/** 3,000 keys of which two become one each when what AutoKitteh cannot store is replaced. */
const COLLIDING = Object.fromEntries(
  ['\u0000', '\ufffd', '\ud800'].flatMap((sign) =>
    Array.from({ length: 1_000 }, (_, number) => [
      `key ${'x'.repeat(40)}${sign.repeat(1 + (number % 9))}`,
      number,
    ]),
  ),
);

const KINDS: readonly ((random: Random) => BadFrame)[] = [
  (random) => text(one(random, ['no JSON', '', '{"type":"events_api"', '\u0000', '[]', 'null', '12', '"x"'])),
  (random) => text(one(random, ['{}', '{"type":7}', '{"type":"brand_new","envelope_id":"e","payload":{}}'])),
  (random) =>
    text(
      one(random, ['{"type":"interactive"}', '{"type":"slash_commands","envelope_id":"e","payload":null}']),
    ),
  () => text('{"type":"hello","num_connections":-1,"connection_info":[]}'),
  () => text(' '.repeat(2 * MIB)),
  // A few kB that unpack to more than a frame may have. Larger ones are unpacked in steps of 16 KiB, one in each turn of the
  // event loop, and hold up their own socket on a busy machine; one that unpacks to more than 4 MiB ends its socket.
  (random) => ({ t: 'packed', text: ' '.repeat((1 + 0.1 * random()) * MIB + 1) }),
  (random) => ({ t: 'packed', text: one(random, ['no JSON', '{}', '{"type":"hello"}']) }),
  () =>
    enveloped('events_api', {
      type: 'event_callback',
      event: { type: 'message', text: 'x'.repeat(1.5 * MIB) },
    }),
  () => enveloped('events_api', {}),
  () => enveloped('events_api', { type: 'event_callback', event: [] }),
  () => enveloped('interactive', { type: 'view_submission', view: null }),
  () => enveloped('slash_commands', { team_id: 7, command: null }),
  () => text(`{"type":"events_api","envelope_id":"deep","payload":{"event":${'{"a":['.repeat(50_000)}1`),
  (random) => ({ t: 'binary', bytes: Buffer.alloc(Math.floor(random() * 5_000), 7) }),
  () => event({ text: 'x'.repeat(700_000) }),
  () => event({ deep: nested(1_000) }),
  () => event(COLLIDING),
  () => event({ list: Array.from({ length: 5_000 }, (_, number) => ({ number })) }),
  () => event(JSON.parse('{"__proto__":{"polluted":true},"constructor":1,"toString":null}') as JsonObject),
  () => event({ '': 2, '9lives': 3, [`k${'y'.repeat(5_000)}`]: 4 }),
  () => event({ text: 'a\u0000b\ud800c', user: 5, ts: null, channel: [] }),
  () => event({ body: { bytes: 'aGVsbG8=' }, files: [null, 1, 'x'], huge: 1e308, tiny: 5e-324 }),
  (random) => ({
    t: 'event',
    frame: innerEvent({ type: one(random, ['x'.repeat(300), 'a "b" c', '', '\u0000']) }),
  }),
  () => ({
    t: 'event',
    frame: interactive({ type: 'block_actions', actions: 'none', response_url: 'http://[::1]:9/' }),
  }),
  () => ({ t: 'event', frame: slashCommand({ command: 'no slash', text: '\u202e'.repeat(4_000) }) }),
];

export function badFrame(random: Random): BadFrame {
  return one(random, KINDS)(random);
}

function nested(depth: number): JsonValue {
  return JSON.parse(`${'{"a":['.repeat(depth)}1${']}'.repeat(depth)}`) as JsonValue;
}
