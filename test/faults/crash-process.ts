import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { compile } from '../helpers/compile.js';
import type { ChildPlan, ChildState } from './crash-child.js';

/** The process of the crash runs, compiled. */
export interface BuiltChild {
  readonly file: string;
  remove(): Promise<void>;
}

/** Compiles the process of the crash runs, which starts in a third of the time then. */
export async function buildCrashChild(): Promise<BuiltChild> {
  // With the threads of the journal, which nothing imports.
  const compiled = await compile('crash', ['test/faults/crash-child.ts', 'src/storage/sqlite/*.ts'], []);
  return { file: compiled.file('test/faults/crash-child.js'), remove: () => compiled.remove() };
}

/** One process of a crash run. */
export class CrashProcess {
  readonly #child: ChildProcess;
  /** Resolves when it has ended: `SIGKILL` if it killed itself. */
  readonly ended: Promise<NodeJS.Signals | number | null>;
  #hasEnded = false;
  #ready: Promise<unknown> = Promise.resolve();

  /** Loads the program; nothing more before `begin`. */
  constructor(file: string) {
    // Nothing of the runner's own loader or reporter.
    this.#child = fork(file, { execArgv: [], env: {} });
    this.ended = once(this.#child, 'exit').then(([code, signal]) => {
      this.#hasEnded = true;
      return (signal as NodeJS.Signals | null) ?? (code as number | null);
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  begin(plan: ChildPlan): void {
    this.#ready = once(this.#child, 'message');
    this.#child.send(plan);
  }

  /** Nothing if it has ended meanwhile. */
  async state(): Promise<ChildState | undefined> {
    await Promise.race([this.#ready, this.ended]);
    if (this.#hasEnded) return undefined;
    const answered = once(this.#child, 'message').then(([state]) => state as ChildState);
    this.#child.send('state', () => undefined);
    return Promise.race([answered, this.ended.then(() => undefined)]);
  }

  /** Lets it finish in order. Rejects if it had to be ended by force. */
  async stop(): Promise<void> {
    // Until it has started, a signal ends it without an order.
    await Promise.race([this.#ready, this.ended]);
    this.#child.kill('SIGTERM');
    const code = await this.ended;
    if (code !== 0) throw new Error(`the process did not stop in order: ${String(code)}`);
  }

  /** Lets a process go on that stands still. */
  wake(): void {
    this.#child.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}

/** Processes one after the other, the next always loading while one is at work. */
export class CrashProcesses {
  #spare: CrashProcess;

  constructor(private readonly file: string) {
    this.#spare = new CrashProcess(file);
  }

  start(plan: ChildPlan): CrashProcess {
    const next = this.#spare;
    this.#spare = new CrashProcess(this.file);
    next.begin(plan);
    return next;
  }

  /** Ends the one that was not needed. */
  stop(): Promise<void> {
    return this.#spare.kill();
  }
}
