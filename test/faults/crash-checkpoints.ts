import { systemClock } from '../../src/core/clock.js';
import type { Journal } from '../../src/storage/journal.js';
import { eventually } from '../helpers/eventually.js';

/** After so many requests the journal is busy enough for a thread that makes checkpoints. */
const REQUESTS = 1_000;
const WITHIN_MS = 10_000;

/** Asks the journal, which must be this process's only one with a thread, until its checkpointing thread runs. */
export async function startCheckpoints(journal: Journal): Promise<void> {
  const now = systemClock.now();
  await Promise.all(Array.from({ length: REQUESTS }, () => journal.probe(now)));
  await eventually(() => threadsOfThreads() > 0, 'the checkpointing thread runs', WITHIN_MS);
}

interface ThreadReport {
  readonly workers: readonly ThreadReport[];
}

/** The journal's thread starts the other one, so that it is not among this thread's own. */
function threadsOfThreads(): number {
  const { workers } = process.report.getReport() as unknown as ThreadReport;
  return workers.reduce((count, worker) => count + worker.workers.length, 0);
}
