import type { Clock, Timer } from './clock.js';
import { PluginError } from './errors.js';

/** A signal and the clean-up that its maker must call, whatever happened. */
export interface Deadline {
  readonly signal: AbortSignal;
  cleanup(): void;
}

/**
 * Deadlines that may all be ended before their time. A signal is used again once its deadline is cleaned up, so whoever
 * listens to it must have stopped by then: Node 20 keeps each new AbortSignal, and what it refers to, through several
 * collections of garbage, and everything waits for those.
 */
export class Deadlines {
  readonly #clock: Clock;
  /** All that are not aborted. */
  #controllers: AbortController[] = [];
  readonly #idle: AbortController[] = [];
  #isEnded = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** A signal that aborts with a `timeout` error after `delay` milliseconds, or with end(), whichever is first. */
  start(delay: number, what: string): Deadline {
    const controller = this.#take();
    const timer = abortAfter(controller, this.#clock, delay, what);
    let isOpen = true;
    return {
      signal: controller.signal,
      cleanup: () => {
        timer.cancel();
        if (isOpen) this.#giveBack(controller);
        isOpen = false;
      },
    };
  }

  /** Aborts all signals with `stopped`, those of later deadlines at once. */
  end(): void {
    this.#isEnded = true;
    this.abortAll(ended());
  }

  /** Aborts the signals of the deadlines that are running now. */
  abortAll(reason: PluginError): void {
    for (const controller of this.#controllers)
      if (!this.#idle.includes(controller)) controller.abort(reason);
  }

  #take(): AbortController {
    const used = this.#isEnded ? undefined : this.#idle.pop();
    if (used !== undefined) return used;
    const controller = new AbortController();
    // With one listener that stays, others come and go without a change of the Map that holds them: docs/architecture.md,
    // "Avoiding promotion on the hot path".
    controller.signal.addEventListener('abort', () => undefined);
    if (this.#isEnded) controller.abort(ended());
    else this.#controllers.push(controller);
    return controller;
  }

  #giveBack(controller: AbortController): void {
    if (controller.signal.aborted)
      this.#controllers = this.#controllers.filter((each) => each !== controller);
    else this.#idle.push(controller);
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
