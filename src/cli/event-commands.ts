import { PluginError } from '../core/errors.js';
import type { EventView } from '../ops/event-search.js';
import { eventSteps, eventWords, unknownEventWords } from '../ops/event-words.js';
import type { CommandLine } from './ports.js';
import { addUrlOption, type UrlOption } from './url-option.js';

/** `events show`: the life of one event, from the running program. */
export function addEventCommands({ program, ports, flags }: CommandLine): void {
  const events = program.command('events').description('follow one event from Slack to AutoKitteh');
  const show = events
    .command('show')
    .description('print how an event arrived, how it was dispatched, and which sessions it started')
    .argument(
      '<id>',
      "the event's id: Slack's (Ev…), the key of an interaction or slash command, or AutoKitteh's (evt_…)",
    )
    .option('--json', 'as JSON');
  addUrlOption(show).action(async (id: string, { json, url }: { json?: true } & UrlOption) => {
    const path = `/ops/events?${new URLSearchParams({ id }).toString()}`;
    const found = (await ports.running(flags(), url).get(path)) as EventView[];
    if (found.length === 0) throw new PluginError('not_found', unknownEventWords(id));
    ports.terminal.out(json === true ? JSON.stringify(found, null, 2) : found.map(textOf).join('\n\n'));
  });
}

function textOf(event: EventView): string {
  const steps = eventSteps(event, Date.now()).map(({ name, words }) => `  ${name.padEnd(14)}${words}`);
  return [eventWords(event), ...steps].join('\n');
}
