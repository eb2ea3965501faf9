import type { Clock, Timer } from './clock.js';
import { PluginError } from './errors.js';

/** A signal and the clean-up that its maker must call, whatever happened. */
export interface Deadline {
  readonly signal: AbortSignal;
  cleanup(): void;
}

/** Deadlines that may all be ended before their time. */
export class Deadlines {
  readonly #clock: Clock;
  // Not listeners to one signal: each would be kept until a full collection of garbage, with all that it refers to.
  readonly #open = new Set<AbortController>();
  #isEnded = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** A signal that aborts with a `timeout` error after `delay` milliseconds, or with end(), whichever is first. */
  start(delay: number, what: string): Deadline {
    const controller = new AbortController();
    if (this.#isEnded) controller.abort(ended());
    const timer = abortAfter(controller, this.#clock, delay, what);
    this.#open.add(controller);
    return {
      signal: controller.signal,
      cleanup: () => {
        timer.cancel();
        this.#open.delete(controller);
      },
    };
  }

  /** Aborts all signals with `stopped`, those of later deadlines at once. */
  end(): void {
    this.#isEnded = true;
    for (const controller of this.#open) controller.abort(ended());
  }
}

/** A signal that aborts with a `timeout` error after `delay` milliseconds, or with `parent`, whichever is first. */
export function deadline(clock: Clock, delay: number, what: string, parent?: AbortSignal): Deadline {
  const controller = new AbortController();
  const onParent = (): void => {
    controller.abort(parent?.reason);
  };
  const timer = abortAfter(controller, clock, delay, what);
  if (parent?.aborted === true) onParent();
  else parent?.addEventListener('abort', onParent, { once: true });
  return {
    signal: controller.signal,
    cleanup() {
      timer.cancel();
      parent?.removeEventListener('abort', onParent);
    },
  };
}

function abortAfter(controller: AbortController, clock: Clock, delay: number, what: string): Timer {
  return clock.setTimer(delay, () => {
    controller.abort(new PluginError('timeout', `${what} took longer than ${delay} ms`));
  });
}

function ended(): PluginError {
  return new PluginError('stopped', 'this program is stopping');
}
