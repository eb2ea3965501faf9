import type { JsonObject } from '../src/core/json.js';
import { ENVELOPE_KEY } from '../src/events/slack-envelope.js';
import type { Held, Key, ObjectType } from './event-types.js';

/** A JSON Schema (draft 2020-12) of \`{event_type, data}\`: what the samples are, and what tests of workflows can send. */
export function eventSchema(types: readonly ObjectType[]): JsonObject {
  const events = types.flatMap(({ eventType, name }) =>
    eventType === undefined ? [] : [{ eventType, name }],
  );
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'An event of Slack, as AutoKitteh workflows get it',
    type: 'object',
    required: ['event_type', 'data'],
    properties: {
      event_type: { type: 'string', minLength: 1 },
      data: {
        type: 'object',
        required: [ENVELOPE_KEY],
        properties: { [ENVELOPE_KEY]: { $ref: '#/$defs/SlackEnvelope' } },
      },
    },
    allOf: events.map(({ eventType, name }) => ({
      if: { properties: { event_type: { const: eventType } } },
      then: { properties: { data: { $ref: `#/$defs/${name}` } } },
    })),
    $defs: Object.fromEntries(types.map(({ name, keys }) => [name, objectSchema(keys)])),
  };
}

function objectSchema(keys: ReadonlyMap<string, Key>): JsonObject {
  const required = [...keys].filter(([, key]) => key.required).map(([name]) => name);
  const properties = [...keys].map(([name, { held, required: known }]) => [
    name,
    known ? heldSchema(held) : extraSchema(held),
  ]);
  return { type: 'object', required, properties: Object.fromEntries(properties) as JsonObject };
}

function heldSchema(held: Held): JsonObject {
  switch (held.t) {
    case 'any':
      return {};
    case 'dict':
      return { type: 'object' };
    case 'float':
      return { type: 'number' };
    case 'list':
      return held.of.t === 'object'
        ? { type: 'array', items: { $ref: `#/$defs/${held.of.name}` } }
        : { type: 'array', items: heldSchema(held.of) };
    case 'object':
      return held.name === 'SlackEnvelope'
        ? { $ref: `#/$defs/${held.name}` }
        : { anyOf: [{ $ref: `#/$defs/${held.name}` }, { type: 'null' }] };
    default:
      return { type: held.t };
  }
}

/** A key beyond the built-in's comes as Slack sends it, with its nulls: only its own type is said. */
function extraSchema(held: Held): JsonObject {
  const { type } = held.t === 'list' ? { type: 'array' } : heldSchema(held);
  return typeof type === 'string' ? { type: [type, 'null'] } : {};
}
