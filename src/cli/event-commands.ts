import type { Command } from 'commander';
import { PluginError } from '../core/errors.js';
import type { EventView } from '../ops/event-search.js';
import type { CommandPorts, Flags } from './ports.js';
import { addUrlOption, type UrlOption } from './url-option.js';

/** `events show`: the life of one event, from the running program. */
export function addEventCommands(program: Command, ports: CommandPorts, flags: () => Flags): void {
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
    if (found.length === 0) throw unknownEvent(id);
    ports.terminal.out(json === true ? JSON.stringify(found, null, 2) : found.map(textOf).join('\n\n'));
  });
}

function unknownEvent(id: string): PluginError {
  return new PluginError(
    'not_found',
    `No event ${id} is known: it did not arrive, or was for no active connection, or came before JOURNAL_RETENTION. ` +
      'With LOG_LEVEL=debug the log of the program has a line for each step of every event.',
  );
}

const STATES: Readonly<Record<EventView['state'], string>> = {
  waiting: 'waits in the journal',
  sending: 'is being dispatched',
  delivered: 'was delivered',
  dead: 'is a dead letter',
  removed: 'was a dead letter, and is removed',
  ended: 'has been dealt with; how, is no longer known',
};

function textOf(event: EventView): string {
  const { key, type, channel, connection, connectionId, appId, state, receivedAt, socket } = event;
  const what = type === '' ? key : `${type} ${key}`;
  const where = channel === '' ? '' : ` in ${channel}`;
  return [
    `${what}${where}, for ${connection ?? connectionId}, ${STATES[state]}`,
    `  received      ${receivedAt}, by app ${appId}${socket === undefined ? '' : ` on socket ${socket}`}`,
    ...(event.journaledMs === undefined ? [] : [`  journaled     after ${event.journaledMs} ms`]),
    ...acknowledgedText(event),
    ...dispatchTexts(event),
    ...(event.reason === undefined ? [] : [`  last failure  ${event.reason}`]),
    ...(event.eventId === undefined ? [] : [`  event         ${event.eventId}`]),
    ...sessionTexts(event),
  ].join('\n');
}

function acknowledgedText({ acknowledgedMs, journaledMs }: EventView): string[] {
  if (acknowledgedMs !== undefined) return [`  acknowledged  after ${acknowledgedMs} ms`];
  // Where even this is unknown, the program was started again meanwhile.
  return journaledMs === undefined ? [] : ['  acknowledged  not yet, or never'];
}

function dispatchTexts({ dispatches, dispatched }: EventView): string[] {
  const omitted = dispatched - dispatches.length;
  const texts = dispatches.map(({ at, ms, answer }) => `  dispatched    ${at}, ${answer} after ${ms} ms`);
  if (omitted > 0) texts.splice(dispatches.length / 2, 0, `  ...           and ${omitted} more`);
  return texts;
}

function sessionTexts({ sessions, sessionsProblem }: EventView): string[] {
  if (sessionsProblem !== undefined)
    return [`  sessions      AutoKitteh does not tell them: ${sessionsProblem}`];
  if (sessions === undefined) return [];
  if (sessions.length === 0) return ['  sessions      none'];
  return sessions.map(({ id, state, startedAt }) => `  session       ${id}, ${state}, since ${startedAt}`);
}
