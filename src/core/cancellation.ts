import type { Clock } from './clock.js';
import { PluginError } from './errors.js';

/** A signal and the clean-up that its maker must call, whatever happened. */
export interface Deadline {
  readonly signal: AbortSignal;
  cleanup(): void;
}

/** A signal that aborts with a `timeout` error after `delay` milliseconds, or with `parent`, whichever is first. */
export function deadline(clock: Clock, delay: number, what: string, parent?: AbortSignal): Deadline {
  const controller = new AbortController();
  const onParent = (): void => {
    controller.abort(parent?.reason);
  };
  const timer = clock.setTimer(delay, () => {
    controller.abort(new PluginError('timeout', `${what} took longer than ${delay} ms`));
  });
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
