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
    tell(`received ${signal} while starting; the process ends as soon as it can, in 2 s by force`);
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
