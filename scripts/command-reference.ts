import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { runCommandLine } from '../src/cli/command-line.js';
import { commandPorts } from '../src/cli/tools.js';
import { flagOf, SETTINGS, type Setting } from '../src/settings.js';

const PAGE = fileURLToPath(new URL('../docs/cli.md', import.meta.url));

const settings = SETTINGS.map((setting: Setting) => ({ ...setting, flag: flagOf(setting) }));

/** What `ak-slack` prints for these words, which need neither settings nor input. */
export async function printed(words: readonly string[]): Promise<string> {
  const lines: string[] = [];
  const terminal = {
    out: (text: string) => void lines.push(text),
    error: (text: string) => void lines.push(text),
    columns: 100,
    typed: false,
    read: () => Promise.resolve(''),
    readHidden: () => Promise.resolve(undefined),
  };
  const ports = commandPorts({}, terminal, '', () => Promise.resolve(0));
  await runCommandLine(words, settings, ports);
  return lines.join('\n');
}

// A command in a list of commands: two blanks, its name, perhaps its flags and arguments, and what it does.
const LISTED = /^ {2}([a-z][a-z-]*)(?: [[<].*?)? {2,}\S/;

/** The commands below the one that these words name, as its help lists them. */
async function below(words: readonly string[]): Promise<string[][]> {
  const [, list = ''] = (await printed([...words, '--help'])).split('\nCommands:\n');
  const names = list.split('\n').flatMap((line) => LISTED.exec(line)?.[1] ?? []);
  return names.filter((name) => name !== 'help').map((name) => [...words, name]);
}

async function allFrom(words: readonly string[]): Promise<(readonly string[])[]> {
  const inner = await Promise.all((await below(words)).map(allFrom));
  return [words, ...inner.flat()];
}

/** The page about the command line with the help of each command made anew, formatted as `npm run format` does. */
export async function withCommandReference(page: string): Promise<string> {
  const sections: string[] = [];
  for (const words of await allFrom([])) {
    const help = await printed([...words, '--help']);
    sections.push(`### ${['ak-slack', ...words].join(' ')}`, '', '```', help.trim(), '```', '');
  }
  const text = page.replace(
    /(<!-- commands -->)[^]*(<!-- \/commands -->)/,
    (_, start: string, end: string) => `${start}\n\n${sections.join('\n')}\n${end}`,
  );
  return format(text, { ...(await resolveConfig(PAGE)), filepath: PAGE });
}
