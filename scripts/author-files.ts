import { authorSamples, formatted, sampleFiles } from './author-samples.js';
import { eventSchema } from './event-schema.js';
import { eventTypes } from './event-types.js';
import { pythonTypes } from './python-types.js';

/** The text of each file of `docs/authors` that is made whole from the code, by its path there. */
export async function authorFiles(): Promise<ReadonlyMap<string, string>> {
  const types = eventTypes(authorSamples());
  const samples = [...(await sampleFiles())].map(([file, text]): [string, string] => [
    `events/${file}`,
    text,
  ]);
  return new Map([
    ...samples,
    ['events.schema.json', await formatted('events.schema.json', JSON.stringify(eventSchema(types)))],
    ['slack_events.py', pythonTypes(types)],
  ]);
}
