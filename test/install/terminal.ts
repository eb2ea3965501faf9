import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { eventually } from '../helpers/eventually.js';

/** The root of the checkout. */
export const ROOT = join(import.meta.dirname, '../..');

/** The block of shell commands that follows `<!-- name -->` in a page of docs. */
export function commands(page: string, name: string): string {
  const text = readFileSync(join(ROOT, 'docs', page), 'utf8');
  const block = new RegExp(`<!-- ${name} -->\\s+\`\`\`sh\n([^]*?)\`\`\``).exec(text)?.[1];
  if (block === undefined) throw new Error(`docs/${page} has no commands called ${name}`);
  return block;
}

/** How npm is set up for this user, for commands that have another home or none; what is in its cache is not fetched. */
export function npmSettings(): Record<string, string> {
  const get = (key: string): string =>
    execFileSync('npm', ['config', 'get', key], { encoding: 'utf8' }).trim();
  return {
    ...{ npm_config_cache: get('cache'), npm_config_userconfig: get('userconfig') },
    ...{ npm_config_prefer_offline: 'true', npm_config_update_notifier: 'false' },
  };
}

/** Where commands are found on a machine with nothing but Node. */
export function barePath(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return [dirname(process.execPath), ...folders.filter((folder) => !folder.includes('node_modules'))].join(
    delimiter,
  );
}

/** A shell, or another command, that somebody looks at. */
export class Terminal {
  /** Everything that was printed, on both outputs. */
  output = '';
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;

  /** Starts `command`; what it reads from its input is `input`. */
  constructor(
    command: readonly [string, ...string[]],
    options: {
      readonly environment: Readonly<Record<string, string>>;
      readonly folder?: string;
      readonly input?: string;
      readonly user?: number;
    },
  ) {
    const { environment, folder = '/', input = '', user } = options;
    const [program, ...words] = command;
    this.#child = spawn(program, words, {
      cwd: folder,
      env: environment,
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own, so that what a shell has started ends with it.
      detached: true,
      ...(user === undefined ? {} : { uid: user, gid: user }),
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    // A command that reads nothing may have ended before.
    this.#child.stdin.on('error', () => undefined).end(input);
    this.ended = once(this.#child, 'close').then(([code]) => code as number | null);
  }

  /** Waits until `words` were printed; fails if the command ends without. */
  async says(words: string): Promise<void> {
    let over = false;
    void this.ended.then(() => (over = true));
    await eventually(
      () => {
        if (this.output.includes(words)) return true;
        if (over) throw new Error(`ended without "${words}":\n${this.output}`);
        return false;
      },
      `"${words}" in:\n${this.output}`,
      300_000,
    );
  }

  signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#child.exitCode !== null) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // It has ended meanwhile.
    }
  }

  /** Closes the window: nothing can be printed any more, and the command is told so. */
  close(): void {
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
    this.signal('SIGHUP');
  }

  /** Ends it at once, with everything that it started. */
  async end(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
  }
}
