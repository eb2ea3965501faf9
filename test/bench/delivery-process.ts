import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** A process of a benchmark's own, that answers questions. */
export class Peer<Questions extends object> {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<
    number,
    { resolve: (result: unknown) => void; reject: (error: Error) => void }
  >();
  #asked = 0;

  constructor(folder: string, file: string) {
    this.#child = fork(join(folder, 'test/bench', file), [], {
      execArgv: ['--expose-gc'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.on('message', (answer: Answer) => {
      const waiter = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (answer.error === undefined) waiter?.resolve(answer.result);
      else waiter?.reject(new Error(answer.error));
    });
    this.#child.on('exit', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`${file} ended with ${code}`));
    });
  }

  ask<Name extends keyof Questions & string>(
    name: Name,
    ...args: Questions[Name] extends (...args: infer Args) => unknown ? Args : never
  ): Promise<Questions[Name] extends (...args: never[]) => Promise<infer Result> ? Result : never> {
    this.#asked += 1;
    const id = this.#asked;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
      this.#child.send({ id, name, args });
    });
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.disconnect();
    await exited;
  }
}

/** In the child: answers the parent's questions, and ends when it does. */
export function answer(questions: object): void {
  const table = questions as Record<string, (...args: unknown[]) => Promise<unknown>>;
  process.on('message', ({ id, name, args }: { id: number; name: string; args: unknown[] }) => {
    const asked = table[name] ?? (() => Promise.reject(new Error(`no question ${name}`)));
    asked(...args).then(
      (result) => process.send?.({ id, result } satisfies Answer),
      (error: unknown) => process.send?.({ id, error: String(error) } satisfies Answer),
    );
  });
  process.on('disconnect', () => process.exit(0));
}
