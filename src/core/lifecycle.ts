import { PluginError } from './errors.js';

/** How a part is given back; may be asynchronous. */
export type Release = () => void | Promise<void>;

/** Releases parts in the reverse order of their making, each once, all even if one fails. */
export class Releasers implements AsyncDisposable {
  readonly #stack: { name: string; release: Release }[] = [];
  #released: Promise<void> | undefined;

  /** Notes how to give `name` back; refused once releasing has begun. */
  push(name: string, release: Release): void {
    if (this.#released !== undefined)
      throw new PluginError('stopped', `cannot start ${name}: already stopping`);
    this.#stack.push({ name, release });
  }

  /** Releases everything; a second call joins the first. Rejects with an AggregateError of what failed. */
  releaseAll(): Promise<void> {
    this.#released ??= this.#unwind();
    return this.#released;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.releaseAll();
  }

  async #unwind(): Promise<void> {
    const failures: unknown[] = [];
    for (let part = this.#stack.pop(); part !== undefined; part = this.#stack.pop()) {
      try {
        await part.release();
      } catch (cause) {
        failures.push(new PluginError('internal', `could not stop ${part.name}`, { cause }));
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'some parts did not stop cleanly');
  }
}

/** Work that nobody awaits: counted, its failures reported, and waited for at the end. */
export class Background {
  readonly #failed: (name: string, error: unknown) => void;
  readonly #onIdle: (() => void)[] = [];
  #running = 0;

  constructor(failed: (name: string, error: unknown) => void) {
    this.#failed = failed;
  }

  run(name: string, work: () => Promise<void>): void {
    this.#running += 1;
    void this.#supervise(name, work);
  }

  get size(): number {
    return this.#running;
  }

  /** Resolves when nothing is running any more, what is added meanwhile included. */
  async idle(): Promise<void> {
    while (this.#running > 0) await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }

  async #supervise(name: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#failed(name, error);
    } finally {
      this.#running -= 1;
      if (this.#running === 0) for (const wake of this.#onIdle.splice(0)) wake();
    }
  }
}
