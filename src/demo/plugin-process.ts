import { spawn, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { sleep, systemClock } from '../core/clock.js';
import { PluginError } from '../core/errors.js';
import { SETTINGS } from '../settings.js';

// In the package everything is JavaScript.
const IS_BUILT = import.meta.url.endsWith('.js');
// Not the one of the current folder.
const LOADER = IS_BUILT ? [] : ['--import', createRequire(import.meta.url).resolve('tsx')];
const MAIN = new URL(IS_BUILT ? '../main.js' : '../main.ts', import.meta.url);

// Several may be starting on a busy machine.
const START_MS = 120_000;

/** The integration in a process of its own, so that it can crash. */
export class PluginProcess {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #ports: { readonly plugin: number; readonly gateway: number };
  readonly #show: (line: string) => void;
  #child: ChildProcess | undefined;

  constructor(
    environment: NodeJS.ProcessEnv,
    ports: { readonly plugin: number; readonly gateway: number },
    show: (line: string) => void,
  ) {
    this.#environment = environment;
    this.#ports = ports;
    this.#show = show;
  }

  /** Of the running process; 0 while there is none. */
  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get gatewayUrl(): string {
    return `http://127.0.0.1:${this.#ports.gateway}`;
  }

  /** Starts it and waits until it says that it can do its work. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [...LOADER, fileURLToPath(MAIN)], {
      env: {
        ...withoutSettings(process.env),
        ...this.#environment,
        PLUGIN_LISTEN: `127.0.0.1:${this.#ports.plugin}`,
        GATEWAY_LISTEN: `127.0.0.1:${this.#ports.gateway}`,
        LOG_FORMAT: 'pretty',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    let last = '';
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        last = line;
        this.#show(line);
      });
    const end = performance.now() + START_MS;
    for (;;) {
      if (child.exitCode !== null)
        throw new PluginError('internal', `the integration ended while it was starting: ${last}`);
      if (await this.#ready()) return;
      if (performance.now() > end)
        throw new PluginError('timeout', `the integration is not ready after ${START_MS / 1_000} seconds`);
      await sleep(systemClock, 100);
    }
  }

  /** Ends it without any warning. */
  async crash(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await exited;
  }

  async #ready(): Promise<boolean> {
    try {
      return (await fetch(`http://127.0.0.1:${this.#ports.plugin}/readyz`)).ok;
    } catch {
      return false;
    }
  }
}

/** The demo is a world of its own: what the shell sets for another server, or a journal, is not for it. */
function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const names = new Set(SETTINGS.flatMap(({ name }) => [name, `${name}_FILE`]));
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !names.has(name)));
}
