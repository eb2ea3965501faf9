import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { Config } from '../config.js';
import { errorMessage, PluginError } from '../core/errors.js';
import { STOP_SIGNALS, stopAsked } from '../core/process-end.js';
import { readAppManifest, type AppManifest } from '../setup/app-manifest.js';
import { connectionInFolder } from './folder-connection.js';
import { terminalLine } from './lines.js';
import { startDev, type Dev } from './start-dev.js';

// In a checkout it is on no path.
const COMMAND = import.meta.url.endsWith('.ts')
  ? fileURLToPath(new URL('../../ak-slack', import.meta.url))
  : 'ak-slack';

/** What was asked for on the command line. */
export interface DevCommand {
  readonly connection: string | undefined;
  readonly yesThisServer: boolean;
  /** The path of a Slack app manifest. */
  readonly appManifest: string | undefined;
  readonly port: number;
}

/** Runs until a signal, or until it cannot go on. Resolves with the exit code. */
export async function runDev(
  config: Config,
  command: DevCommand,
  tell: (line: string) => void,
): Promise<number> {
  const asked = endAsked();
  tell('Starting a scripted Slack in front of your server…');
  const dev = await startDev(config, {
    connection: command.connection ?? (await connectionInFolder()),
    yesThisServer: command.yesThisServer,
    appManifest: await appManifestIn(command.appManifest),
    port: command.port,
    tell: (line) => tell(`  | ${line}`),
  });
  try {
    for (const line of instructions(dev)) tell(line);
    dev.control.timeline.added.subscribe((entry) => tell(terminalLine(entry)));
    const broken = await Promise.race([asked, dev.broken]);
    if (broken !== undefined) tell(broken);
    // Whoever cannot wait for the end may end it by force: the next run removes what is left.
    for (const signal of STOP_SIGNALS) process.once(signal, () => process.exit(1));
    tell('Removing what was made at the server…');
    return broken === undefined ? 0 : 1;
  } finally {
    await dev.stop();
  }
}

/**
 * Resolves when somebody ends the run, with a sentence if a fault of the program does. A terminal that was closed prints nothing any
 * more, and what was made at the server is removed all the same.
 */
function endAsked(): Promise<string | undefined> {
  for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);
  return new Promise((resolve) => {
    void stopAsked().then(() => resolve(undefined));
    process.once('SIGHUP', () => resolve(undefined));
    process.once('uncaughtException', (error) => resolve(`a fault of the program: ${errorMessage(error)}`));
  });
}

function instructions({ url, connection }: Dev): string[] {
  return [
    '',
    `${connection.name} is set up with tokens of the scripted Slack${connection.isMade ? ' (the connection was made for this)' : ''}.`,
    '  1. If the project is not deployed yet, type in its folder: ak deploy --manifest autokitteh.yaml',
    `  2. Send something: ${COMMAND} dev send message --channel general --text hi`,
    `     or open ${url} in a browser.`,
    'What Slack sends, what AutoKitteh starts and what your workflow does is printed here. Ctrl-C ends it.',
    '',
  ];
}

async function appManifestIn(path: string | undefined): Promise<AppManifest | undefined> {
  if (path === undefined) return undefined;
  try {
    // JSON is YAML too.
    return readAppManifest(parse(await readFile(path, 'utf8'), { maxAliasCount: 20 }));
  } catch (cause) {
    throw new PluginError('bad_input', `${path} is no manifest of a Slack app: ${errorMessage(cause)}`, {
      cause,
    });
  }
}
