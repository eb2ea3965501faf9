import { toBinary } from '@bufbuild/protobuf';
import { DispatchRequestSchema } from '../gen/autokitteh/dispatcher/v1/dispatcher_pb.js';
import { EventSchema } from '../gen/autokitteh/events/v1/events_pb.js';
import {
  Dict_ItemSchema,
  DictSchema,
  ListSchema,
  StructSchema,
  ValueSchema,
  type Dict_Item,
  type Value,
} from '../gen/autokitteh/values/v1/values_pb.js';
import { BackwardWriter } from './backward-writer.js';

/** An event on its way to the server. Top-level keys of `data` must be symbols: the server does not check. */
export interface OutgoingEvent {
  readonly destinationId: string;
  readonly eventType: string;
  readonly data: Readonly<Record<string, Value>>;
  readonly memo: Readonly<Record<string, string>>;
}

/*
 * The one message that is sent for every event is encoded here: the library goes through an event's hundreds of values by
 * reflection, which takes many times as long, and acknowledgements would wait for it.
 */

const REQUEST = DispatchRequestSchema.field;
const EVENT = EventSchema.field;
const VALUE = ValueSchema.field;
const ITEM = Dict_ItemSchema.field;
const STRUCT = StructSchema.field;
const LIST_VS = ListSchema.field.vs.number;
const DICT_ITEMS = DictSchema.field.items.number;

// Entries of maps are messages with these two fields (protobuf.dev, Encoding, Maps).
const KEY = 1;
const ENTRY = 2;

// What a Boolean, String, Integer, Float, BigInteger or Symbol holds is its only field.
const ONLY = 1;

// One for all, because a new buffer for every event is work for the garbage collector.
const shared = new BackwardWriter();

/** `event` as a DispatchRequest, in the same bytes as the library's. */
export function encodeDispatch(event: OutgoingEvent): Uint8Array {
  const writer = shared;
  writer.begin();
  for (const [key, text] of Object.entries(event.memo).reverse()) {
    const end = writer.mark;
    writer.string(ENTRY, text);
    writer.string(KEY, key);
    writer.message(EVENT.memo.number, end);
  }
  writeMap(writer, EVENT.data.number, event.data);
  writeText(writer, EVENT.eventType.number, event.eventType);
  writeText(writer, EVENT.destinationId.number, event.destinationId);
  writer.message(REQUEST.event.number, 0);
  return writer.finish();
}

function writeMap(writer: BackwardWriter, field: number, map: Readonly<Record<string, Value>>): void {
  const keys = Object.keys(map);
  for (let index = keys.length - 1; index >= 0; index -= 1) {
    const key = keys[index] ?? '';
    const value = map[key];
    if (value === undefined) continue;
    const end = writer.mark;
    writeValue(writer, ENTRY, value);
    writer.string(KEY, key);
    writer.message(field, end);
  }
}

function writeValue(writer: BackwardWriter, field: number, value: Value): void {
  const end = writer.mark;
  writeForm(writer, value);
  writer.message(field, end);
}

/** Writes the one form that a value has; the usual ones are looked for first. */
function writeForm(writer: BackwardWriter, value: Value): void {
  const end = writer.mark;
  if (value.string !== undefined) {
    writeText(writer, ONLY, value.string.v);
    writer.message(VALUE.string.number, end);
  } else if (value.boolean !== undefined) {
    if (value.boolean.v) writer.bool(ONLY, true);
    writer.message(VALUE.boolean.number, end);
  } else if (value.dict !== undefined) {
    writeItems(writer, value.dict.items);
    writer.message(VALUE.dict.number, end);
  } else if (value.struct !== undefined) {
    const { fields, ctor } = value.struct;
    writeMap(writer, STRUCT.fields.number, fields);
    if (ctor !== undefined) writeValue(writer, STRUCT.ctor.number, ctor);
    writer.message(VALUE.struct.number, end);
  } else if (value.list !== undefined) {
    const { vs } = value.list;
    for (let index = vs.length - 1; index >= 0; index -= 1) {
      const item = vs[index];
      if (item !== undefined) writeValue(writer, LIST_VS, item);
    }
    writer.message(VALUE.list.number, end);
  } else if (value.integer !== undefined) {
    if (value.integer.v !== 0n) writer.int64(ONLY, value.integer.v);
    writer.message(VALUE.integer.number, end);
  } else if (value.nothing !== undefined) {
    writer.message(VALUE.nothing.number, end);
  } else if (value.symbol !== undefined) {
    writeText(writer, ONLY, value.symbol.name);
    writer.message(VALUE.symbol.number, end);
  } else if (value.float !== undefined) {
    if (!Object.is(value.float.v, 0)) writer.double(ONLY, value.float.v);
    writer.message(VALUE.float.number, end);
  } else if (value.bigInteger !== undefined) {
    writeText(writer, ONLY, value.bigInteger.v);
    writer.message(VALUE.bigInteger.number, end);
  } else {
    // Forms that no event of Slack's has.
    writer.raw(toBinary(ValueSchema, value));
  }
}

function writeItems(writer: BackwardWriter, items: readonly Dict_Item[]): void {
  for (let index = items.length - 1; index >= 0; index -= 1) {
    const item = items[index];
    if (item === undefined) continue;
    const end = writer.mark;
    if (item.v !== undefined) writeValue(writer, ITEM.v.number, item.v);
    if (item.k !== undefined) writeValue(writer, ITEM.k.number, item.k);
    writer.message(DICT_ITEMS, end);
  }
}

/** An empty text is left out, as every proto3 scalar that is its type's zero. */
function writeText(writer: BackwardWriter, field: number, text: string): void {
  if (text !== '') writer.string(field, text);
}
