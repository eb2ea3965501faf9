import { Command, CommanderError } from 'commander';
import { PluginError } from '../../core/errors.js';
import { addRunningCommands } from './running-commands.js';
import { addSetUpCommands } from './set-up-commands.js';
import type { CommandPorts, Flags } from './ports.js';

/** A setting that may also be given as a flag. */
export interface FlagDescription {
  /** For instance `--autokitteh-url`. */
  readonly flag: string;
  /** For instance `AUTOKITTEH_URL`. */
  readonly name: string;
  readonly about: string;
}

/** Exit codes: 0 done, 1 it failed or the answer is no, 2 the words were wrong. */
export async function runCommandLine(
  words: readonly string[],
  settings: readonly FlagDescription[],
  ports: CommandPorts,
): Promise<number> {
  const { terminal } = ports;
  let code = 0;
  const program = new Command('ak-slack')
    .description('Slack Socket Mode for AutoKitteh. Every flag is also an environment variable.')
    .version(ports.version)
    .exitOverride()
    .showHelpAfterError()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.error(text.trimEnd()),
    });
  for (const { flag, name, about } of settings) program.option(`${flag} <value>`, `${about} [${name}]`);
  const flags = (): Flags => flagsOf(program.opts<Record<string, string>>(), settings);

  program
    .command('start', { isDefault: true })
    .description('run the integration beside a server (the default)')
    .action(async () => {
      code = await ports.start(flags());
    });
  addSetUpCommands(program, ports, flags, (exitCode) => (code = exitCode));
  addRunningCommands(program, ports, flags);

  try {
    await program.parseAsync([...words], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    terminal.error(PluginError.from(error).message);
    return 1;
  }
  return code;
}

function flagsOf(options: Readonly<Record<string, string>>, settings: readonly FlagDescription[]): Flags {
  const byKey = new Map(settings.map(({ flag, name }) => [camelCase(flag), name]));
  const given = Object.entries(options).map(([key, value]) => [byKey.get(key) ?? key, value]);
  return Object.fromEntries(given) as Flags;
}

function camelCase(flag: string): string {
  return flag.replace(/^--/, '').replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
