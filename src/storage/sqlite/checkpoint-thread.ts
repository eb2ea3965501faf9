import { parentPort, workerData } from 'node:worker_threads';
import { systemClock, type Timer } from '../../core/clock.js';
import { loadSqlite } from './driver.js';

// Often enough that a pass moves a megabyte or two at the highest rates.
const EVERY_MS = 200;

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
  let timer: Timer;
  const pass = (): void => {
    try {
      checkpoint.get();
    } catch {
      // The disk is full, or the file is damaged: whoever appends is told so, and says it.
    }
    timer = systemClock.setTimer(EVERY_MS, pass);
  };
  port.once('message', () => {
    timer.cancel();
    database.close();
  });
  pass();
}
