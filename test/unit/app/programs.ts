import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { afterEach, expect } from 'vitest';
import { eventually } from '../../helpers/eventually.js';
import { startStandInUnderTest, type StandInUnderTest } from '../../world/server.js';
import { addInstallation, createConnection, setVariables } from '../../world/connections.js';
import { openPeers, type Peers } from '../../world/open-world.js';
import { useFolder } from '../../helpers/use-folder.js';

const MAIN = new URL('../../../src/main.ts', import.meta.url).pathname;

/** The program in a process of its own, which a test looks at. */
export class WatchedProgram {
  readonly lines: string[] = [];
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;

  constructor(words: readonly string[], environment: Readonly<Record<string, string>>) {
    const { PATH = '', HOME = '' } = process.env;
    this.#child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...words], {
      env: { PATH, HOME, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const input of [this.#child.stdout, this.#child.stderr])
      createInterface({ input }).on('line', (line) => this.lines.push(line));
    this.ended = new Promise((resolve) => this.#child.once('close', resolve));
  }

  /** Waits until it has said this. */
  async says(words: string): Promise<string> {
    return eventually(() => this.lines.find((line) => line.includes(words)), `"${words}"`, 60_000);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

/** Programs in processes of their own, each of which ends with its test, and has then logged no secret. */
export function usePrograms() {
  const folder = useFolder();
  let peers: Peers<StandInUnderTest> | undefined;
  let programs: WatchedProgram[] = [];

  afterEach(async () => {
    for (const program of programs) program.signal('SIGKILL');
    for (const { ended, lines } of programs) {
      await ended;
      expect(lines.filter((line) => /xox[a-z]-|xapp-|eyJ/.test(line))).toEqual([]);
    }
    await peers?.stop();
    [peers, programs] = [undefined, []];
  });

  const run = (
    words: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): WatchedProgram => {
    const program = new WatchedProgram(words, {
      ...{ PLUGIN_LISTEN: '127.0.0.1:0', GATEWAY_LISTEN: '127.0.0.1:0', XDG_DATA_HOME: folder.path },
      ...environment,
    });
    programs.push(program);
    return program;
  };

  /** A program with a connection whose sockets are open. */
  const running = async (more: Readonly<Record<string, string>> = {}) => {
    const opened = await openPeers({ server: () => startStandInUnderTest() });
    peers = opened;
    const { slack, server } = opened;
    const { standIn } = server;
    const { app, installation, appToken } = addInstallation(opened);
    const connection = await createConnection({ server, owner: await server.createUser() });
    await setVariables(connection, {
      auth_type: 'socketMode',
      socket_mode_app_token: appToken,
      private_bot_token: installation.botToken,
    });
    const environment = {
      AUTOKITTEH_URL: standIn.url,
      AUTOKITTEH_SIGN_KEY: standIn.signKey,
      SLACK_API_URL: slack.apiUrl,
    };
    const again = (more: Readonly<Record<string, string>> = {}): WatchedProgram =>
      run([], { ...environment, ...more });
    const program = again(more);
    await slack.waitForSockets(app, 2, 60_000);
    return { slack, standIn, installation, connection, program, again };
  };

  return { folder, run, running };
}
