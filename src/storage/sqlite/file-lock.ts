import type { Database, OpenFile } from './driver.js';

/**
 * Holds `<path>-lock` for as long as it is open, so that a second process on the same journal is refused. The system
 * gives the lock back however this process ends. Throws SQLite's BUSY when somebody else holds it.
 */
export function lockFile(open: OpenFile, path: string): Database {
  const lock = open(`${path}-lock`);
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    throw error;
  }
}
