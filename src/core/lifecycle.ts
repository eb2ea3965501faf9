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

/** Work that nobody awaits: recorded, its failures reported, and waited for at the end. */
export class Background {
  readonly #running = new Set<Promise<void>>();
  readonly #failed: (name: string, error: unknown) => void;

  constructor(failed: (name: string, error: unknown) => void) {
    this.#failed = failed;
  }

  run(name: string, work: () => Promise<void>): void {
    const running: Promise<void> = work()
      .catch((error: unknown) => this.#failed(name, error))
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  get size(): number {
    return this.#running.size;
  }

  /** Resolves when nothing is running any more, what is added meanwhile included. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
