import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fromJson } from '../../../src/autokitteh/values-json.js';
import { dict, list, string, struct, symbol, type Value } from '../../../src/autokitteh/values.js';
import type { JsonValue } from '../../../src/core/json.js';
import { toEvent } from '../../../src/events/mapping.js';
import { fieldsOf } from '../../../src/setup/events/fields.js';
import { passes } from '../../../src/sim/autokitteh/filters.js';

const PAYLOADS = join(import.meta.dirname, '../../data/payloads');
const FRAMES = readdirSync(PAYLOADS).filter((name) => !/^(?:index|ack|frame)/.test(name));

function fieldsIn(json: Record<string, JsonValue>) {
  return fieldsOf(Object.fromEntries(Object.entries(json).map(([key, value]) => [key, fromJson(value)])));
}

describe('the fields of an event', () => {
  it('The fields of an event are written as Python and as a filter read them', () => {
    const { filled } = fieldsIn({
      actions: [{ value: 'a\n"b"', action_id: 7 }],
      channel: 'C1',
      flag: true,
      state: { values: { 'block-1': { in: 1.5, from: -2, x: 3 } } },
    });
    expect(filled).toEqual([
      {
        path: 'event.data.actions[0]["value"]',
        shown: '"a\\n\\"b\\""',
        filter: 'data.actions[0].value == "a\\n\\"b\\""',
      },
      { path: 'event.data.actions[0]["action_id"]', shown: '7', filter: 'data.actions[0].action_id == 7' },
      { path: 'event.data.channel', shown: '"C1"', filter: 'data.channel == "C1"' },
      { path: 'event.data.flag', shown: 'True', filter: 'data.flag == true' },
      {
        path: 'event.data.state["values"]["block-1"]["in"]',
        shown: '1.5',
        filter: 'data.state.values["block-1"]["in"] == 1.5',
      },
      {
        path: 'event.data.state["values"]["block-1"]["from"]',
        shown: '-2',
        filter: 'data.state.values["block-1"].from == -2',
      },
      {
        path: 'event.data.state["values"]["block-1"]["x"]',
        shown: '3',
        filter: 'data.state.values["block-1"].x == 3',
      },
    ]);
  });

  it('The fields of an event that are empty stand apart, and are nothing to hide', () => {
    const { filled, empty } = fieldsIn({
      text: '',
      thread_ts: null,
      files: [],
      user: {},
      response_url: '',
      n: 0,
      is_new: false,
    });
    expect(filled).toEqual([]);
    expect(empty.map(({ path, shown }) => [path, shown])).toEqual([
      ['event.data.files', '[]'],
      ['event.data.is_new', 'False'],
      ['event.data.n', '0'],
      ['event.data.response_url', '""'],
      ['event.data.text', '""'],
      ['event.data.thread_ts', 'None'],
      ['event.data.user', '{}'],
    ]);
  });

  it('The fields of an event that are long are cut, and have no filter', () => {
    const { filled } = fieldsIn({ text: 'x'.repeat(5_000) });
    expect(filled).toEqual([{ path: 'event.data.text', shown: `"${'x'.repeat(200)}…"` }]);
  });

  it('The fields of a huge event are counted and not shown, however deep it is', () => {
    const many = fieldsIn({ list: Array.from({ length: 10_000 }, (_, index) => index) });
    expect(many.filled.length + many.empty.length + many.left).toBe(10_000);
    expect([...many.filled, ...many.empty]).toHaveLength(400);
    let deep: Value = string('bottom');
    for (let level = 0; level < 90; level += 1) deep = level % 2 === 0 ? list([deep]) : dict([['k', deep]]);
    const { filled, left } = fieldsOf({ deep });
    expect(filled.map(({ shown }) => shown)).toEqual(['…']);
    expect(left).toBe(0);
  });

  it('The fields of an event that holds millions of values are looked at only in part', () => {
    const dense = list(Array.from({ length: 500_000 }, () => string('x')));
    const { filled, left } = fieldsOf({ dense });
    expect(filled).toHaveLength(400);
    expect(left).toBe(19_600);
  });

  it('The fields of an event with endless and with nested keys are counted and not shown', () => {
    let deep: Value = string('bottom');
    for (let level = 0; level < 20_000; level += 1) deep = list([deep]);
    const nested = dict([['k', string('x')]]);
    for (const item of nested.dict?.items ?? []) item.k = deep;
    const { filled, left } = fieldsOf({ ['_'.repeat(60_000)]: string('x'), nested });
    expect([filled, left]).toEqual([[], 2]);
  });

  it('The fields of an event hide what is under the name of a secret at any depth, also of a struct', () => {
    const inner = struct(symbol('Inner'), {
      trigger_id: string('SECRET'),
      response_ur_ls: list([string('SECRET')]),
    });
    const { filled } = fieldsOf({
      a: list([inner]),
      slack_envelope: dict([['x.token', dict([['v', string('SECRET')]])]]),
    });
    expect(JSON.stringify(filled)).not.toContain('SECRET');
    expect(filled.map(({ path, shown }) => [path, shown])).toEqual([
      ['event.data.a[0]["response_ur_ls"]', 'present'],
      ['event.data.a[0]["trigger_id"]', 'present'],
      ['event.data.slack_envelope["x.token"]', 'present'],
    ]);
  });

  it.each(FRAMES)('The filter of each field of %s holds for the event itself', (file) => {
    const text = readFileSync(join(PAYLOADS, file), 'utf8');
    const event = toEvent(text, { appId: 'A1', key: 'k' });
    const { filled, empty, left } = fieldsOf(event.data);
    expect(left).toBe(0);
    const filters = [...filled, ...empty].flatMap(({ filter }) => filter ?? []);
    expect(filters.length).toBeGreaterThan(10);
    expect(filters.filter((filter) => !passes(filter, event))).toEqual([]);
    expect(JSON.stringify([filled, empty])).not.toMatch(/hooks\.slack\.com|synthetic-token/);
  });
});
