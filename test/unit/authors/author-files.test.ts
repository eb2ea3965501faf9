import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { authorFiles } from '../../../scripts/author-files.js';
import { authorSamples, withSampleList, type Sample } from '../../../scripts/author-samples.js';
import type { JsonObject } from '../../../src/core/json.js';
import { runPython } from '../../helpers/python.js';

const FOLDER = new URL('../../../docs/authors/', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, FOLDER), 'utf8');

const samples = authorSamples();

/** A sample of the event with its data changed. */
function changed(name: string, change: (data: JsonObject) => void): Sample {
  const sample = structuredClone(samples.find((each) => each.name === name));
  if (sample === undefined) throw new Error(`there is no sample ${name}`);
  change(sample.data);
  return sample;
}

// What no event is, each in another way.
const WRONG = [
  changed('app_mention', (data) => delete data['thread_ts']),
  changed('message.channels', (data) => (data['text'] = null)),
  changed('message.channels', (data) => (data['is_starred'] = 0)),
  changed('slash_command', (data) => (data['is_enterprise_install'] = 'true')),
  changed('reaction_added', (data) => delete (data['item'] as JsonObject)['file']),
  changed('interactive.block_actions.message', (data) => (data['actions'] = [null])),
  changed('app_home_opened', (data) => delete data['slack_envelope']),
  changed('app_home_opened', (data) => delete (data['slack_envelope'] as JsonObject)['answer_url']),
];

describe('the files for authors that are made from the code', () => {
  it('The folder for authors has exactly the samples, types and schema that `npm run docs` writes', async () => {
    const made = await authorFiles();
    for (const [file, text] of made) expect([file, read(file)]).toEqual([file, text]);
    const kept = readdirSync(new URL('events/', FOLDER)).map((file) => `events/${file}`);
    expect(kept.sort()).toEqual([...made.keys()].filter((file) => file.startsWith('events/')).sort());
  });

  it('The page about events lists every sample, as `npm run docs` writes it', async () => {
    const page = read('events.md');
    expect(await withSampleList(page)).toBe(page);
    for (const { name } of samples) expect(page).toContain(`(events/${name}.json)`);
  });

  it('There is a sample of every event that the proposed app subscribes to, and of every recorded frame', () => {
    const manifest = parse(readFileSync(new URL('../../integration.yaml', FOLDER), 'utf8')) as {
      slack_app: { settings: { event_subscriptions: { bot_events: string[] } } };
    };
    const names = samples.map(({ name }) => name);
    const { bot_events: subscribed } = manifest.slack_app.settings.event_subscriptions;
    expect(subscribed.filter((event) => !names.includes(event))).toEqual([]);
    const frames = readdirSync(new URL('../../test/data/payloads/', FOLDER))
      .filter((file) => !/^(?:index|ack|frame)\b/.test(file))
      .map((file) => file.replace('.json', ''))
      // A second delivery, and what no workflow gets.
      .filter((name) => name !== 'retry.message' && name !== 'message.own_bot_echo');
    expect(frames.filter((name) => !names.includes(name))).toEqual([]);
  });
});

describe('the JSON schema of events', () => {
  const validate = new Ajv2020({ strict: true, allErrors: true }).compile(
    JSON.parse(read('events.schema.json')) as object,
  );
  const problems = ({ eventType, data }: Sample): unknown[] =>
    validate({ event_type: eventType, data }) ? [] : (validate.errors ?? []);

  it.each(samples)('The sample $name is valid by the schema', (sample) => {
    expect(problems(sample)).toEqual([]);
  });

  it.each(WRONG)('An event that is not as $name comes is refused by the schema', (sample) => {
    expect(problems(sample)).not.toEqual([]);
  });

  it('An event of a type that is not in the schema is valid with the envelope alone', () => {
    const { data } = changed('file_shared', () => undefined);
    const eventType = 'star_added';
    expect(problems({ name: '', about: '', eventType, data })).toEqual([]);
    expect(problems({ name: '', about: '', eventType, data: {} })).not.toEqual([]);
  });
});

describe('the types for Python', () => {
  const TYPES = new URL('slack_events.py', FOLDER).pathname;
  const CHECK = new URL('check_samples.py', import.meta.url).pathname;
  const problems = async (checked: readonly Sample[]): Promise<string[]> => {
    const input = checked.map(({ name, eventType, data }) => ({ name, event_type: eventType, data }));
    return (await runPython([CHECK, TYPES], JSON.stringify(input))).split('\n').filter((line) => line !== '');
  };

  it('Every sample is what the types for Python say, by Python itself', async () => {
    expect(await problems(samples)).toEqual([]);
  });

  it('Python finds what is not as the types say', async () => {
    expect(await problems(WRONG)).toEqual([
      'app_mention: data has no thread_ts',
      'message.channels: data.text is None',
      'message.channels: data.is_starred is 0',
      "slash_command: data.is_enterprise_install is 'true'",
      'reaction_added: data.item has no file',
      'interactive.block_actions.message: data.actions[0] is None',
      'app_home_opened: data has no slack_envelope',
      'app_home_opened: data.slack_envelope has no answer_url',
    ]);
  });
});
