import type { Held, ObjectType } from './event-types.js';

const HEAD = `"""What events of Slack hold, as types for mypy, pyright and editors. Made by \`npm run docs\`; do not edit it.

Copy this file into your project, and say what an event is where a handler begins:

    from typing import cast

    from slack_events import MessageEvent

    def on_message(event):
        data = cast(MessageEvent, event.data)
        print(data["text"])

Keys without NotRequired are in every event of the type. More keys than these can come: whatever Slack sends.
"""

from typing import Any, NotRequired, TypedDict


`;

const SCALARS = {
  string: 'str',
  boolean: 'bool',
  integer: 'int',
  float: 'float',
  dict: 'dict[str, Any]',
  any: 'Any',
};

// Words of Python that cannot be names, and so are no keys of these types.
const KEYWORDS = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from global if ' +
    'import in is lambda nonlocal not or pass raise return try while with yield'
  ).split(' '),
);

/** A Python module with a \`TypedDict\` for each event type and each object in them. */
export function pythonTypes(types: readonly ObjectType[]): string {
  const events = types.filter(({ eventType }) => eventType !== undefined);
  const table = events.map(({ eventType, name }) => `    "${eventType ?? ''}": ${name},`);
  return [
    HEAD,
    types.map(classText).join('\n\n'),
    `\n\nEVENTS: dict[str, type] = {\n${table.join('\n')}\n}\n"""The type of \`event.data\` by \`event.event_type\`."""\n`,
  ].join('');
}

function classText({ name, eventType, keys }: ObjectType): string {
  const lines = [...keys]
    .filter(([key]) => /^[A-Za-z_]\w*$/.test(key) && !KEYWORDS.has(key))
    .map(([key, { held, required }]) => {
      const type = typeText(held);
      return `    ${key}: ${required ? type : `NotRequired[${type}]`}`;
    });
  const about = eventType === undefined ? [] : [`    """The data of \`${eventType}\`."""`, ''];
  return [`class ${name}(TypedDict):`, ...about, ...lines, ''].join('\n');
}

function typeText(held: Held): string {
  switch (held.t) {
    case 'list':
      return `list[${held.of.t === 'object' ? quoted(held.of.name) : typeText(held.of)}]`;
    case 'object':
      return held.name === 'SlackEnvelope' ? held.name : quoted(`${held.name} | None`);
    default:
      return SCALARS[held.t];
  }
}

/** A type that may be defined further down, or hold itself. */
function quoted(type: string): string {
  return `"${type}"`;
}
