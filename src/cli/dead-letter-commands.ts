import { InvalidArgumentError, type Command } from 'commander';
import { PluginError } from '../core/errors.js';
import type { DeadLetter } from '../ops/overview.js';
import type { CommandLine, RunningProgram } from './ports.js';
import { addUrlOption, type UrlOption } from './url-option.js';

// As many as one request of the program takes.
const PAGE = 1_000;

interface FilterOptions {
  readonly connection?: string;
  readonly type?: string;
  readonly channel?: string;
}

interface ChoiceOptions extends FilterOptions, UrlOption {
  readonly all?: true;
}

/** `dead-letters`: what could not be delivered, at the running program. */
export function addDeadLetterCommands({ program, ports, flags }: CommandLine): void {
  const { terminal } = ports;
  const letters = program
    .command('dead-letters')
    .description('list, show, resend or discard events that could not be delivered');
  const list = letters
    .command('list')
    .description('print dead letters, oldest first')
    .option('--json', 'as JSON');
  addUrlOption(addFilters(list)).action(
    async ({ json, url, ...filter }: FilterOptions & UrlOption & { json?: true }) => {
      const all = await allLetters(ports.running(flags(), url), filter);
      if (json === true) terminal.out(JSON.stringify(all, null, 2));
      else if (all.length === 0) terminal.out('There are no dead letters.');
      else for (const letter of all) terminal.out(lineOf(letter));
    },
  );
  const show = letters
    .command('show')
    .description('print one dead letter')
    .argument('<id>', 'the id of a dead letter, which `list` prints first', idOf)
    .option(
      '--body',
      'also print what Slack sent, with the texts that people wrote; requires PLUGIN_TOKEN, and the log records it',
    )
    .option('--json', 'as JSON');
  addUrlOption(show).action(
    async (id: number, { body, json, url }: { body?: true; json?: true } & UrlOption) => {
      const running = ports.running(flags(), url);
      const [letter] = (await running.get(`/ops/dead-letters?after=${id - 1}&limit=1`)) as DeadLetter[];
      if (letter?.id !== id) throw noSuchLetter([id]);
      const shown =
        body === true ? ((await running.getAsPlugin(`/dead-letters/${id}/body`)) as { body: string }) : {};
      if (json === true) terminal.out(JSON.stringify({ ...letter, ...shown }, null, 2));
      else terminal.out([...textOf(letter), ...('body' in shown ? ['', shown.body] : [])].join('\n'));
    },
  );
  addChoice(
    letters.command('resend').description('send dead letters again'),
    'send all dead letters again',
  ).action(choosing('resend', 'resent', (done, of) => `Requeued ${done}${of}.`));
  addChoice(
    letters.command('discard').description('remove dead letters for good'),
    'discard all dead letters',
  ).action(choosing('discard', 'discarded', (done, of) => `Discarded ${done}${of}.`));

  function choosing(path: string, key: string, words: (done: number, of: string) => string) {
    return async (given: number[], options: ChoiceOptions, command: Command): Promise<void> => {
      const { all, url, connection, type, channel } = options;
      const ids = [...new Set(given)];
      const filter = { connection, type, channel };
      const isFiltered = Object.values(filter).some((value) => value !== undefined);
      if (ids.length > 0 && (all === true || isFiltered))
        command.error('error: give ids, or --all or a filter, not both');
      if (ids.length === 0 && all !== true && !isFiltered)
        command.error('error: give ids, a filter, or --all');
      const running = ports.running(flags(), url);
      const act = async (body: object): Promise<number> => {
        const answer = (await running.post(`/ops/dead-letters/${path}`, body)) as Record<string, number>;
        return answer[key] ?? 0;
      };
      if (ids.length === 0) {
        terminal.out(words(await act({ all: true, ...filter }), ''));
        return;
      }
      let done = 0;
      for (let start = 0; start < ids.length; start += PAGE)
        done += await act({ ids: ids.slice(start, start + PAGE) });
      if (done === 0) throw noSuchLetter(ids);
      terminal.out(words(done, ` of ${ids.length}`));
    };
  }
}

function addFilters(command: Command): Command {
  return command
    .option(
      '--connection <connection>',
      'only dead letters of this connection: project/connection, or its id',
    )
    .option('--type <type>', 'only dead letters of this type of event, for instance message')
    .option('--channel <channel>', 'only dead letters of this channel, by its id in Slack');
}

function addChoice(command: Command, all: string): Command {
  command
    .argument('[ids...]', 'the ids of dead letters, which `list` prints first', addId)
    .option('--all', all);
  return addUrlOption(addFilters(command));
}

function idOf(word: string): number {
  if (!/^[1-9]\d{0,14}$/.test(word)) throw new InvalidArgumentError('An id must be a whole number.');
  return Number(word);
}

function addId(word: string, ids: readonly number[] = []): number[] {
  return [...ids, idOf(word)];
}

function noSuchLetter(ids: readonly number[]): PluginError {
  const which = ids.length === 1 ? `no dead letter ${ids.join()}` : 'none of these dead letters';
  return new PluginError(
    'not_found',
    `There is ${which}: \`ak-slack dead-letters list\` prints all dead letters.`,
  );
}

async function allLetters(running: RunningProgram, filter: FilterOptions): Promise<DeadLetter[]> {
  const all: DeadLetter[] = [];
  for (;;) {
    const query = new URLSearchParams({ after: String(all.at(-1)?.id ?? 0), limit: String(PAGE), ...filter });
    const page = (await running.get(`/ops/dead-letters?${query.toString()}`)) as DeadLetter[];
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}

function lineOf({ id, connection, connectionId, type, channel, key, reason, givenUpAt }: DeadLetter): string {
  const where = channel === '' ? '' : ` in ${channel}`;
  return `${id}  ${givenUpAt}  ${connection ?? connectionId}  ${type}${where} (${key}): ${reason}`;
}

function textOf(letter: DeadLetter): string[] {
  const {
    id,
    connection,
    connectionId,
    appId,
    kind,
    type,
    channel,
    key,
    attempts,
    receivedAt,
    givenUpAt,
    reason,
  } = letter;
  return [
    `dead letter ${id}`,
    `  event       ${type} (${kind}), ${key}`,
    `  channel     ${channel === '' ? 'none' : channel}`,
    `  connection  ${connection === undefined ? connectionId : `${connection} (${connectionId})`} of app ${appId}`,
    `  received    ${receivedAt}`,
    `  given up    ${givenUpAt}, after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`,
    `  reason      ${reason}`,
  ];
}
