import { parentPort, workerData } from 'node:worker_threads';
import { systemClock, type Timer } from '../../core/clock.js';
import { loadSqlite } from './driver.js';
import { StateFile, walBytes } from './state-file.js';

// A pass waits for the disk as a commit does, and each holds the other up: as seldom as a pass has this much to move, but
// often enough that little is left for the thread that appends, or for the next start.
const PAGES_A_PASS = 4096;
const SELDOM_MS = 1000;
const OFTEN_MS = 100;

/**
 * Moves what is in the -wal file into the journal file, in a thread and a connection of its own, so that the thread that
 * appends never waits for it: a passive checkpoint blocks no writer. Any message ends it.
 */
const port = parentPort;
if (port !== null) {
  const { path } = workerData as { path: string };
  const database = (await loadSqlite())(path);
  database.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0');
  const checkpoint = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');
  const { page_size: pageBytes } = database.prepare('PRAGMA page_size').get() as { page_size: number };
  const state = new StateFile(path);
  let timer: Timer;
  let wait = OFTEN_MS;
  const pass = (): void => {
    try {
      const { log: pages } = checkpoint.get() as { log: number };
      state.opened(walBytes(pages, pageBytes));
      wait = Math.min(SELDOM_MS, Math.max(OFTEN_MS, (wait * PAGES_A_PASS) / Math.max(pages, 1)));
    } catch {
      // The disk is full, or the file is damaged: whoever appends is told so, and says it.
    }
    timer = systemClock.setTimer(wait, pass);
  };
  port.once('message', () => {
    timer.cancel();
    database.close();
  });
  pass();
}
