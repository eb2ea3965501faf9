import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EVENTS, STRUCTS } from '../../../src/events/built-in-shapes.js';

interface Shapes {
  structs: Record<string, { key: string; kind: string; slack_key?: string }[]>;
  events: Record<string, string | null>;
}

const shapes = JSON.parse(
  readFileSync(new URL('../../data/event-shapes.json', import.meta.url), 'utf8'),
) as Shapes;

function written(fields: Shapes['structs'][string]): string {
  return fields
    .map(({ key, kind, slack_key: slackKey }) => {
      const name = slackKey === undefined ? key : `${key}/${slackKey}`;
      const type = kind.replace(/struct<(\w+)>/, '$1');
      return type === 'string' ? name : `${name}:${type}`;
    })
    .join(' ');
}

describe('the table of the built-in’s shapes', () => {
  it('The table of shapes has the structs of the built-in, with their keys in order and their kinds', () => {
    const table = Object.entries(STRUCTS).map(([name, keys]) => [name, keys.trim().split(/\s+/).join(' ')]);
    expect(table).toEqual(Object.entries(shapes.structs).map(([name, fields]) => [name, written(fields)]));
  });

  it('The table of shapes has the struct of each event type, and none for those that are passed on as they are', () => {
    const typed = Object.entries(shapes.events).filter(([, struct]) => struct !== null);
    expect(EVENTS).toEqual(Object.fromEntries(typed));
  });
});
