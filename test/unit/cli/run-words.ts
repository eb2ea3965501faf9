import { runCommandLine } from '../../../src/cli/command-line.js';
import { commandPorts } from '../../../src/cli/tools.js';
import type { Config } from '../../../src/config.js';
import { flagOf, SETTINGS, type Setting } from '../../../src/settings.js';
import { useFolder } from '../../helpers/use-folder.js';
import { OPS_TOKEN, PLUGIN_TOKEN } from '../../world/program.js';
import type { World } from '../../world/world.js';

export const DESCRIBED = SETTINGS.map((setting: Setting) => ({ ...setting, flag: flagOf(setting) }));

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly error: string;
  /** What `start` was given, if that is what was run. */
  readonly started: Config | undefined;
}

/** Runs `ak-slack` with these words; what it reads comes from `input`, as typed line by line or as a pipe. */
export async function runWords(
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
  input = '',
  typed = false,
): Promise<Ran> {
  const out: string[] = [];
  const error: string[] = [];
  const lines = input.split('\n');
  let started: Config | undefined;
  const terminal = {
    out: (text: string) => void out.push(text),
    error: (text: string) => void error.push(text),
    typed,
    columns: 80,
    read: () => Promise.resolve(input),
    readHidden: (prompt: string) => {
      error.push(prompt);
      return Promise.resolve(lines.shift());
    },
  };
  const start = (config: Config): Promise<number> => {
    started = config;
    return Promise.resolve(0);
  };
  const ports = commandPorts(environment, terminal, '1.2.3', start);
  const code = await runCommandLine(words, DESCRIBED, ports);
  return { code, out: out.join('\n'), error: error.join('\n'), started };
}

/** A user of `ak-slack` whose data folder is empty when a test begins; tokens come from `input`. */
export function useUser() {
  const folder = useFolder();
  const run = (
    words: readonly string[],
    environment: NodeJS.ProcessEnv = {},
    input = '',
    typed = false,
  ): Promise<Ran> => runWords(words, { XDG_DATA_HOME: folder.path, ...environment }, input, typed);
  return { folder, run };
}

/** The environment in which commands find a world. */
export function environmentOf({ program, slack, standIn }: World): NodeJS.ProcessEnv {
  return {
    SLACK_API_URL: slack.apiUrl,
    AUTOKITTEH_URL: standIn.url,
    PLUGIN_LISTEN: new URL(program.pluginUrl).host,
    OPS_TOKEN,
    PLUGIN_TOKEN,
  };
}
