import { Command, CommanderError } from 'commander';
import { PluginError } from '../core/errors.js';
import { addCompletionCommand } from './completion-command.js';
import { addDeadLetterCommands } from './dead-letter-commands.js';
import { addDoctorCommand } from './doctor-command.js';
import { addEventCommands } from './event-commands.js';
import { addJournalCommands } from './journal-commands.js';
import { addOpenCommand } from './open-command.js';
import { addDemoCommand } from './demo-command.js';
import { addDevCommands } from './dev-commands.js';
import { addRunningCommands } from './running-commands.js';
import { secretFlagAdvice } from './secret-flags.js';
import { addSetUpCommands } from './set-up-commands.js';
import type { CommandLine, CommandPorts, Flags } from './ports.js';

/** A setting, as the help tells of it. */
export interface SettingDescription {
  /** For instance `--autokitteh-url`; secrets are taken from the environment only. */
  readonly flag: string;
  /** For instance `AUTOKITTEH_URL`. */
  readonly name: string;
  readonly default?: string;
  readonly secret?: boolean;
  readonly about: string;
}

/** In the order of the help. */
const COMMANDS = [
  addSetUpCommands,
  addRunningCommands,
  addDeadLetterCommands,
  addEventCommands,
  addDoctorCommand,
  addJournalCommands,
  addOpenCommand,
  addCompletionCommand,
  addDemoCommand,
  addDevCommands,
];

/** Exit codes: 0 done, 1 it failed or the answer is no, 2 the words were wrong; 3 to 5 are those of `status`. */
export async function runCommandLine(
  words: readonly string[],
  settings: readonly SettingDescription[],
  ports: CommandPorts,
): Promise<number> {
  const { terminal } = ports;
  const secrets = settings.filter(({ secret }) => secret === true);
  const open = settings.filter(({ secret }) => secret !== true);
  let code = 0;
  const program = new Command('ak-slack')
    .description(
      'Slack Socket Mode for AutoKitteh. Each setting is a flag, or the environment variable in brackets.',
    )
    .version(ports.version)
    .exitOverride()
    .showHelpAfterError()
    .configureOutput({
      getOutHelpWidth: () => terminal.columns,
      getErrHelpWidth: () => terminal.columns,
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.error(text.trimEnd()),
    });
  for (const { flag, name, about, default: fallback } of open) {
    const otherwise = fallback === undefined ? '' : `, default ${fallback}`;
    program.option(`${flag} <value>`, `${about} [${name}${otherwise}]`);
  }
  program.addHelpText('after', secretsText(secrets));
  program.addHelpText('afterAll', ({ command }) =>
    command === program ? '' : '\nEvery command takes the settings as flags: see ak-slack --help.',
  );
  // A word that is no command would be taken for an argument of the default one.
  program.hook('preSubcommand', (_, command) => {
    const [word = ''] = program.args;
    if (command.name() !== 'start' || ['', 'start'].includes(word) || word.startsWith('-')) return;
    const names = program.commands.map((each) => each.name()).join(', ');
    program.error(`error: unknown command '${word}'; the commands are: ${names}`);
  });
  const flags = (): Flags => flagsOf(program.opts<Record<string, string>>(), open);

  program
    .command('start', { isDefault: true })
    .description('run the integration beside a server (the default)')
    .action(async () => {
      code = await ports.start(flags());
    });
  const line: CommandLine = { program, ports, flags, exit: (exitCode) => (code = exitCode) };
  for (const add of COMMANDS) add(line);
  // Commands show their short help after an error; the program's own is longer than a screen and would hide the error.
  program.showHelpAfterError('Usage: ak-slack [options] [command]; see ak-slack --help.');

  try {
    const advice = secretFlagAdvice(words, secrets);
    if (advice !== undefined) program.error(`error: ${advice}`);
    await program.parseAsync([...words], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    terminal.error(PluginError.from(error).message);
    return 1;
  }
  return code;
}

function secretsText(secrets: readonly SettingDescription[]): string {
  const width = Math.max(...secrets.map(({ name }) => name.length));
  return [
    '',
    'Secrets are never flags, which other users of the machine can see. Each is an environment variable,',
    'or is read from the file that <NAME>_FILE names:',
    ...secrets.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`),
  ].join('\n');
}

function flagsOf(options: Readonly<Record<string, string>>, settings: readonly SettingDescription[]): Flags {
  const byKey = new Map(settings.map(({ flag, name }) => [camelCase(flag), name]));
  const given = Object.entries(options).map(([key, value]) => [byKey.get(key) ?? key, value]);
  return Object.fromEntries(given) as Flags;
}

function camelCase(flag: string): string {
  return flag.replace(/^--/, '').replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
