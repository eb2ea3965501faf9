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
      'project/connection, which is made if it is not there, or an id; without it the Slack connection in the autokitteh.yaml of this folder',
    )
    .option('--yes-this-server', 'also where the server is not on this machine')
    .option(
      '--app-manifest <path>',
      "your Slack app's manifest, for its scopes and events; else the proposed app's",
    )
    .option('--port <number>', 'of the page; else any free one', portOf)
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
    .description('have the scripted Slack refuse the next calls of a method')
    .argument('<method>', 'such as chat.postMessage; * for any')
    .option('--to <connection>', 'which `ak-slack dev`, if there are several: project/connection')
    .option('--error <code>', "Slack's error, such as channel_not_found")
    .option(
      '--retry-after <seconds>',
      'for too many calls, which is what happens unless --error is given',
      secondsOf,
      1,
    )
    .option('--times <count>', 'how many calls', countOf, 1)
    .action(async (method: string, { to, ...refusal }: { to?: string } & Record<string, unknown>) => {
      await ports.devRefuse({ method, ...refusal }, to);
    });
}

function addSendCommands(dev: Command, ports: CommandPorts, exit: Exit): void {
  const send = dev
    .command('send')
    .description('do something in the scripted Slack of `ak-slack dev`, and print what comes of it');
  const add = (name: string, about: string): Command =>
    send
      .command(name)
      .description(about)
      .option('--to <connection>', 'which `ak-slack dev`, if there are several: project/connection')
      .option('--wait <seconds>', 'how long to follow it', secondsOf, 30)
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
      .option('--channel <name>', 'general unless given; @person for a direct message; a new one is made')
      .option('--user <name>', 'who does it; a new person is added')
      .option('--join', 'put the bot into the channel first');

  for (const kind of ['message', 'mention'])
    inChannel(add(kind, kind === 'message' ? 'post a message' : 'post a message that names the bot'))
      .option('--text <text>', 'hello unless given')
      .option('--thread <ts>', 'the ts of the message that it replies to')
      .action(sending(kind));
  inChannel(add('reaction', 'react to a message'))
    .option('--reaction <name>', 'thumbsup unless given')
    .option('--message <ts>', 'the last one of the channel unless given')
    .action(sending('reaction'));
  inChannel(add('command', 'type a slash command'))
    .argument('[command]', 'with its slash; the first of the app unless given')
    .option('--text <text>', 'what follows the command')
    .action(async (command: string | undefined, options: Common & Record<string, unknown>) =>
      sending('command')({ ...options, ...(command === undefined ? {} : { command }) }),
    );
  inChannel(add('click', 'press a button in a message that a workflow has posted'))
    .option('--action <action_id>', 'of the button; the first one of the newest message unless given')
    .option('--value <value>', 'of the button')
    .option('--message <ts>', 'of the message')
    .action(sending('click'));
  inChannel(add('modal', 'submit the modal that a workflow has opened'))
    .option('--callback-id <id>', 'of the modal; the newest one unless given')
    .option('--value <name=value>', 'of an input, by its action_id; several times for several', pairOf, {})
    .action(async ({ value, ...options }: Common & { value: Record<string, string> }) =>
      sending('modal')({ ...options, values: value }),
    );
  add('frame', 'send a payload as it is in a file')
    .argument(
      '<file>',
      'JSON of an event_callback, the event in it, an interaction, or a slash command; - for standard input',
    )
    .action(async (file: string, options: Common) => {
      await run({ kind: 'frame', frame: await frameIn(file, ports) }, options);
    });
}

async function frameIn(file: string, { terminal }: CommandPorts): Promise<unknown> {
  try {
    return JSON.parse(file === '-' ? await terminal.read() : await readFile(file, 'utf8'));
  } catch (cause) {
    throw new PluginError('bad_input', `${file === '-' ? 'standard input' : file} is no file of JSON`, {
      cause,
    });
  }
}

function portOf(word: string): number {
  const port = Number(word);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('It is a number from 0 to 65535.');
  return port;
}

function secondsOf(word: string): number {
  const seconds = Number(word.replace(/s$/, ''));
  if (!Number.isFinite(seconds) || seconds < 0) throw new InvalidArgumentError('It is a number of seconds.');
  return seconds;
}

function countOf(word: string): number {
  if (!/^[1-9]\d{0,5}$/.test(word)) throw new InvalidArgumentError('It is a number of calls.');
  return Number(word);
}

function pairOf(word: string, others: Readonly<Record<string, string>>): Record<string, string> {
  const at = word.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It is the action_id of an input, =, and its value.');
  return { ...others, [word.slice(0, at)]: word.slice(at + 1) };
}
