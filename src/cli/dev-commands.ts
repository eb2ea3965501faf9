import { InvalidArgumentError, type Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { PluginError } from '../core/errors.js';
import type { CommandLine, CommandPorts } from './ports.js';

interface Common {
  readonly to?: string;
  readonly wait: number;
  readonly json?: true;
}

type Exit = (code: number) => void;

/** `dev` and `dev send`: an author's own project, with a scripted Slack. */
export function addDevCommands({ program, ports, flags, exit }: CommandLine): void {
  const dev = program
    .command('dev')
    .description('try your own project with a scripted Slack, in front of your own AutoKitteh server')
    .argument(
      '[connection]',
      'project/connection, which is created if it does not exist, or the id of a connection; by default the Slack connection in the autokitteh.yaml of this folder',
    )
    .option('--yes-this-server', 'allow a server that is not on this machine')
    .option(
      '--app-manifest <path>',
      'the manifest of your Slack app, for its scopes and events; by default that of the proposed app',
    )
    .option('--port <number>', 'the port of the page; by default any free one', portOf)
    .action(
      async (
        connection: string | undefined,
        {
          yesThisServer = false,
          appManifest,
          port = 0,
        }: { yesThisServer?: boolean; appManifest?: string; port?: number },
      ) => {
        exit(await ports.dev(flags(), { connection, yesThisServer, appManifest, port }));
      },
    );
  addSendCommands(dev, ports, exit);
  dev
    .command('refuse')
    .description('make the scripted Slack refuse the next calls of a method')
    .argument('<method>', 'the method, such as chat.postMessage; * for any')
    .option('--to <connection>', 'the connection (project/connection), if `ak-slack dev` runs for several')
    .option('--error <code>', 'the error to answer with, such as channel_not_found')
    .option(
      '--retry-after <seconds>',
      'after how many seconds the next call is allowed, where Slack limits the rate (without --error)',
      secondsOf,
      1,
    )
    .option('--times <count>', 'how many calls to refuse', countOf, 1)
    .action(async (method: string, { to, ...refusal }: { to?: string } & Record<string, unknown>) => {
      await ports.devRefuse({ method, ...refusal }, to);
    });
}

function addSendCommands(dev: Command, ports: CommandPorts, exit: Exit): void {
  const send = dev
    .command('send')
    .description('do something in the scripted Slack of `ak-slack dev`, and print what happens then');
  const add = (name: string, about: string): Command =>
    send
      .command(name)
      .description(about)
      .option('--to <connection>', 'the connection (project/connection), if `ak-slack dev` runs for several')
      .option('--wait <seconds>', 'for how long to print what happens', secondsOf, 30)
      .option('--json', 'print what happens as JSON, one object a line');
  const run = async (request: object, { to, wait, json }: Common): Promise<void> => {
    exit(await ports.devSend(request, { to, waitMs: wait * 1_000, json: json === true }));
  };
  /** For the options of a command, without those that every one of them has. */
  const sending =
    (kind: string) =>
    async ({ to, wait, json, ...fields }: Common & Record<string, unknown>): Promise<void> => {
      await run({ kind, ...fields }, { wait, ...(to === undefined ? {} : { to }), ...(json && { json }) });
    };
  const inChannel = (command: Command): Command =>
    command
      .option(
        '--channel <name>',
        'the channel, which is created if it does not exist, or @person for a direct message; by default general',
      )
      .option('--user <name>', 'the person who does it, who is added if necessary')
      .option('--join', 'invite the bot to the channel first');

  for (const kind of ['message', 'mention'])
    inChannel(add(kind, kind === 'message' ? 'post a message' : 'post a message that names the bot'))
      .option('--text <text>', 'the text of the message; by default hello')
      .option('--thread <ts>', 'the ts of the message that it replies to')
      .action(sending(kind));
  inChannel(add('reaction', 'react to a message'))
    .option('--reaction <name>', 'the emoji; by default thumbsup')
    .option('--message <ts>', 'the ts of the message; by default the last one of the channel')
    .action(sending('reaction'));
  inChannel(add('command', 'type a slash command'))
    .argument('[command]', 'the command with its slash; by default the first of the app')
    .option('--text <text>', 'the text after the command')
    .action(async (command: string | undefined, options: Common & Record<string, unknown>) =>
      sending('command')({ ...options, ...(command === undefined ? {} : { command }) }),
    );
  inChannel(add('click', 'press a button in a message that a workflow has posted'))
    .option(
      '--action <action_id>',
      'the action_id of the button; by default the first one of the newest message',
    )
    .option('--value <value>', 'the value of the button')
    .option('--message <ts>', 'the ts of the message')
    .action(sending('click'));
  inChannel(add('modal', 'submit the modal that a workflow has opened'))
    .option('--callback-id <id>', 'the callback_id of the modal; by default the newest one')
    .option(
      '--value <name=value>',
      'the action_id of an input and its value; once for each input',
      pairOf,
      {},
    )
    .action(async ({ value, ...options }: Common & { value: Record<string, string> }) =>
      sending('modal')({ ...options, values: value }),
    );
  add('frame', 'send the payload in a file, unchanged')
    .argument(
      '<file>',
      'a file with the JSON of an event_callback, an event, an interaction or a slash command; - for standard input',
    )
    .action(async (file: string, options: Common) => {
      await run({ kind: 'frame', frame: await frameIn(file, ports) }, options);
    });
}

async function frameIn(file: string, { terminal }: CommandPorts): Promise<unknown> {
  try {
    return JSON.parse(file === '-' ? await terminal.read() : await readFile(file, 'utf8'));
  } catch (cause) {
    throw new PluginError('bad_input', `${file === '-' ? 'standard input' : file} is not valid JSON`, {
      cause,
    });
  }
}

function portOf(word: string): number {
  const port = Number(word);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('It must be a number from 0 to 65535.');
  return port;
}

function secondsOf(word: string): number {
  const seconds = Number(word.replace(/s$/, ''));
  if (!Number.isFinite(seconds) || seconds < 0)
    throw new InvalidArgumentError('It must be a number of seconds.');
  return seconds;
}

function countOf(word: string): number {
  if (!/^[1-9]\d{0,5}$/.test(word)) throw new InvalidArgumentError('It must be a number of calls.');
  return Number(word);
}

function pairOf(word: string, others: Readonly<Record<string, string>>): Record<string, string> {
  const at = word.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Give the action_id of an input, =, and its value.');
  return { ...others, [word.slice(0, at)]: word.slice(at + 1) };
}
