import type { Status } from '../autokitteh/status.js';
import type { Clock } from '../core/clock.js';
import { deadline } from '../core/cancellation.js';
import { errorMessage } from '../core/errors.js';
import type { Log } from '../core/log.js';
import type { Entry } from './registry.js';
import { usesSocketMode } from './variables.js';

/** What `ak connection get` shows while the program is stopped. */
export const NOT_RUNNING: Status = {
  code: 'error',
  message:
    'The Slack Socket Mode program is not running: it was stopped, and no events are received until it is started again',
};

// As many at once as variables are read; a stop with hundreds of connections must not flood the server.
const AT_ONCE = 8;

export interface FinalStatusesOptions {
  /** All connections. */
  readonly entries: Iterable<Entry>;
  /** When nothing that would replace it is on its way any more. */
  readonly quiet: Promise<void>;
  readonly push: (connectionId: string, status: Status, signal: AbortSignal) => Promise<void>;
  /** For all of them, milliseconds. */
  readonly limitMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Tells the server of each connection that is set up that the program is not running; of active ones first, because events of
 * theirs are missed. Gives up at the first failure, or when the time is over; the next start corrects what is left. Never
 * rejects.
 */
export async function publishFinalStatuses(options: FinalStatusesOptions): Promise<void> {
  const { entries, quiet, push, limitMs, clock, log } = options;
  const connectionIds = inOrder(entries);
  if (connectionIds.length === 0) return;
  const limit = deadline(clock, limitMs, 'updating statuses before the stop');
  const late = new Promise<void>((resolve) =>
    limit.signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  await Promise.race([quiet, late]);
  const waiting = [...connectionIds];
  let told = 0;
  let failure: unknown;
  const teller = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined && failure === undefined; id = waiting.shift()) {
      try {
        await push(id, NOT_RUNNING, limit.signal);
        told += 1;
      } catch (error) {
        failure ??= error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, waiting.length) }, teller));
  limit.cleanup();
  const counts = { told, connections: connectionIds.length };
  if (failure === undefined)
    log.info(counts, 'the statuses of all connections say that this program is not running');
  else
    log.warn(
      { ...counts, reason: errorMessage(failure) },
      'not all statuses could be updated before the stop; the next start corrects them',
    );
}

function inOrder(entries: Iterable<Entry>): readonly string[] {
  return [...entries]
    .filter((entry) => usesSocketMode(entry) && entry.setup.t === 'complete')
    .sort((left, right) => Number(right.active) - Number(left.active))
    .map(({ record }) => record.id);
}
