import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { compile, type Compiled } from '../helpers/compile.js';

/** What a program may use. */
export interface ProgramLimits {
  readonly heapMb: number;
  readonly descriptors: number;
}

const START_MS = 60_000;
/** Lines of the log that say that something went wrong in the program itself. */
const EXCEPTION = /unhandled promise rejection|uncaught exception|FATAL ERROR|"stack":/;
const SECRET = /xox[a-z]-|xapp-|eyJ[\w-]+\.|ticket=\w/;
const MOST_KEPT = 20;

/** The program, compiled as it is delivered, in files that a run removes. */
export function compileProgram(): Promise<Compiled> {
  const copied = ['integration.yaml', 'src/browser'];
  return compile('program', ['src/main.ts', 'src/storage/sqlite/*.ts'], copied);
}

/** The program in a process of its own. */
export class ProgramProcess {
  /** Lines of the log that tell of an exception, or hold a secret; the first of them. */
  readonly exceptions: string[] = [];
  readonly secrets: string[] = [];
  /** Why an event was not acknowledged, by its key, as the log says it: once a minute for each reason. */
  readonly unacknowledged = new Map<string, string>();
  /** How many lines of the log each level has (pino: 40 is a warning, 50 an error). */
  readonly lines = new Map<string, number>();
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #exited: Promise<string>;
  #exit: string | undefined;

  private constructor(
    main: string,
    environment: Readonly<Record<string, string>>,
    limits: ProgramLimits | undefined,
    private readonly onRunning: (line: { plugin: string; gateway: string }) => void,
  ) {
    const { PATH = '', HOME = '' } = process.env;
    const heap = limits === undefined ? [] : [`--max-old-space-size=${limits.heapMb}`];
    const descriptors = limits === undefined ? '' : `ulimit -n ${limits.descriptors} && `;
    this.#child = spawn('sh', ['-c', `${descriptors}exec "$0" "$@"`, process.execPath, ...heap, main], {
      env: { PATH, HOME, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const input of [this.#child.stdout, this.#child.stderr])
      createInterface({ input }).on('line', (line) => this.#read(line));
    this.#exited = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        this.#exit = String(signal ?? code);
        resolve(this.#exit);
      });
    });
  }

  /** Resolves with the program and its two addresses when it runs. Rejects if it ends before. */
  static async start(main: string, environment: Readonly<Record<string, string>>, limits?: ProgramLimits) {
    let started: (urls: { plugin: string; gateway: string }) => void = () => undefined;
    const running = new Promise<{ plugin: string; gateway: string }>((resolve) => (started = resolve));
    const program = new ProgramProcess(main, environment, limits, started);
    const late = setTimeout(() => program.#child.kill('SIGKILL'), START_MS);
    const ended = program.#exited.then((exit) => {
      throw new Error(`the program ended at its start (${exit}): ${program.exceptions.join('\n')}`);
    });
    try {
      return { program, urls: await Promise.race([running, ended]) };
    } finally {
      clearTimeout(late);
      ended.catch(() => undefined);
    }
  }

  /** Its exit code or signal, once it has ended. */
  get exit(): string | undefined {
    return this.#exit;
  }

  /** Of its memory, in MiB: what is resident (VmRSS), or the most that ever was (VmHWM). NaN when it has ended. */
  async memory(what: 'VmRSS' | 'VmHWM'): Promise<number> {
    const status = await readFile(`/proc/${this.#child.pid ?? 0}/status`, 'utf8').catch(() => '');
    return Number(new RegExp(`${what}:\\s+(\\d+)`).exec(status)?.[1] ?? NaN) / 1024;
  }

  /** Stops it in order; resolves with its exit code. */
  async stop(): Promise<string> {
    this.#child.kill('SIGTERM');
    // A drain may take 45 s.
    const late = setTimeout(() => this.#child.kill('SIGKILL'), 60_000);
    const exit = await this.#exited;
    clearTimeout(late);
    return exit;
  }

  #read(line: string): void {
    const level = /"level":"?(\w+)/.exec(line)?.[1] ?? 'no JSON';
    this.lines.set(level, (this.lines.get(level) ?? 0) + 1);
    if (SECRET.test(line)) keep(this.secrets, line);
    if (EXCEPTION.test(line) || level === 'no JSON') keep(this.exceptions, line);
    if (line.includes('"an event was not acknowledged"')) {
      const { key, reason } = JSON.parse(line) as { key: string; reason: string };
      this.unacknowledged.set(key, reason);
    }
    if (!line.includes('"running"')) return;
    const { plugin, gateway } = JSON.parse(line) as { plugin: string; gateway: string };
    this.onRunning({ plugin, gateway });
  }
}

function keep(lines: string[], line: string): void {
  if (lines.length < MOST_KEPT) lines.push(line.slice(0, 2_000));
}
