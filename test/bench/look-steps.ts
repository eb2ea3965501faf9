import { createHook, executionAsyncResource } from 'node:async_hooks';

/** Marks what runs before the event loop has its turn again. */
const QUEUED = Symbol('queued');

/**
 * The CPU time of the longest synchronous step: `process.cpuUsage` around each callback that the event loop calls, with the
 * promises and ticks that run because of it before the loop has its turn again. What the compiler and the collector of garbage do
 * in threads of their own counts too, as far as it is noted meanwhile; what they do between two steps counts for the turn alone.
 */
export class LongestStep {
  #began: NodeJS.CpuUsage | undefined;
  #longest = 0;
  #depth = 0;
  readonly #hook = createHook({
    init: (_, type, __, resource: { [QUEUED]?: boolean }) => {
      if (type === 'TickObject' || type === 'Microtask') resource[QUEUED] = true;
    },
    before: () => {
      if (this.#depth === 0 && isCalledByLoop(executionAsyncResource())) this.#began = process.cpuUsage();
      this.#depth += 1;
    },
    after: () => {
      // What ran already at the start has no beginning.
      this.#depth = Math.max(0, this.#depth - 1);
      if (this.#depth > 0 || this.#began === undefined) return;
      const { user, system } = process.cpuUsage(this.#began);
      this.#longest = Math.max(this.#longest, (user + system) / 1_000);
    },
  });

  /** Begins to watch; for a while the compiler is busy with that. */
  start(): void {
    this.#hook.enable();
  }

  /** Forgets the steps until now. */
  reset(): void {
    this.#began = undefined;
    this.#longest = 0;
  }

  /** Answers how long the longest took since the last reset, in milliseconds. */
  stop(): number {
    this.#hook.disable();
    return this.#longest;
  }
}

function isCalledByLoop(resource: { [QUEUED]?: boolean }): boolean {
  return !(resource instanceof Promise) && resource[QUEUED] !== true;
}
