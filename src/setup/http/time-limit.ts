import { deadline } from '../../core/cancellation.js';
import type { Clock } from '../../core/clock.js';

/**
 * What `work` gives, or a `timeout` after `limitMs` milliseconds, even if `work` does not heed the signal. Nothing that
 * takes the signal starts after that.
 */
export async function withTimeLimit<Result>(
  clock: Clock,
  limitMs: number,
  what: string,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const limit = deadline(clock, limitMs, what);
  const { signal } = limit;
  const expired = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  try {
    return await Promise.race([work(signal), expired]);
  } finally {
    limit.cleanup();
  }
}
