import { Channel } from './channel.js';
import { errorMessage } from './errors.js';
import type { Log } from './log.js';

/** What no code caught. */
export interface ProcessFault {
  readonly t: 'unhandled_rejection' | 'uncaught_exception';
  readonly error: unknown;
}

/** The faults of this process, while it goes on or stops. */
export interface ProcessFaults {
  readonly events: Channel<ProcessFault>;
  /** Resolves at the first uncaught exception: from then on the state of the program is unknown. */
  readonly fatal: Promise<void>;
}

// A stop in order has this long after an uncaught exception.
const STOP_MS = 5_000;

// A fault that comes again and again, such as a closed standard output, must not fill the log while the program stops.
const MOST_LOGGED_EXCEPTIONS = 10;

/**
 * Logs what no code caught. After an unhandled rejection the program goes on: one tenant's fault must not take the
 * sockets of all down. After an uncaught exception the caller has 5 s to stop in order, then the process ends with 1.
 * Warnings of Node go to the log as well, because on standard error they would not be scrubbed.
 */
export function watchProcess(log: Log): ProcessFaults {
  const events = new Channel<ProcessFault>((error) =>
    log.error({ err: error }, 'an unhandled fault of the process could not be counted'),
  );
  process.on('unhandledRejection', (reason) => {
    log.error({ err: asError(reason) }, 'unhandled promise rejection; the program goes on');
    events.emit({ t: 'unhandled_rejection', error: reason });
  });
  let exceptions = 0;
  const fatal = new Promise<void>((resolve) => {
    process.on('uncaughtException', (error: unknown) => {
      exceptions += 1;
      if (exceptions === 1) setTimeout(() => process.exit(1), STOP_MS).unref();
      resolve();
      events.emit({ t: 'uncaught_exception', error });
      if (exceptions <= MOST_LOGGED_EXCEPTIONS)
        log.error({ err: asError(error) }, 'uncaught exception; the program stops, start it again');
    });
  });
  process.removeAllListeners('warning');
  process.on('warning', (warning) => log.warn({ err: warning }, 'warning of Node.js'));
  return { events, fatal };
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(errorMessage(thrown), { cause: thrown });
}

/** What asks the program to stop. */
export const STOP_SIGNALS = ['SIGINT', 'SIGTERM'] as const;

type StopSignal = (typeof STOP_SIGNALS)[number];

// A start that goes on within this time is stopped in order.
const HANGING_MS = 2_000;

/** Resolves with the first signal from now on. */
export function stopAsked(): Promise<StopSignal> {
  return new Promise((resolve) => {
    for (const signal of STOP_SIGNALS) process.once(signal, () => resolve(signal));
  });
}

/**
 * Ends the process when it was asked to stop and the start has not been over 2 s later, for instance because a file system
 * does not answer. Call what it returns when the start is over.
 */
export function guardStart(asked: Promise<StopSignal>, tell: (line: string) => void): () => void {
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;
  void asked.then((signal) => {
    if (isOver) return;
    tell(
      `received ${signal} while starting: the process ends as soon as possible, and is ended by force after 2 s`,
    );
    timer = setTimeout(() => endByForce(signal), HANGING_MS);
  });
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

/** process.exit() would wait for calls to the system that are under way, such as one that never returns. */
function endByForce(signal: StopSignal): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  // The first process of a container does not die of a signal.
  setTimeout(() => process.abort(), 1_000);
}
