import { Worker } from 'node:worker_threads';
import type { EngineOptions } from './engine.js';

// Node 20 cannot start a thread from a TypeScript file, so there the loader is registered inside the thread.
const FROM_SOURCE = `const { workerData } = require('node:worker_threads');
import('tsx/esm/api').then(({ register }) => { register(); return import(workerData.entry); });`;

/** Starts the thread that owns the journal file. */
export function startWorkerThread(options: EngineOptions): Worker {
  const isBuilt = import.meta.url.endsWith('.js');
  const entry = new URL(isBuilt ? './worker.js' : './worker.ts', import.meta.url);
  if (isBuilt) return new Worker(entry, { workerData: { options } });
  return new Worker(FROM_SOURCE, { eval: true, workerData: { entry: entry.href, options } });
}
