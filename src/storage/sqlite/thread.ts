import { Worker } from 'node:worker_threads';

// Node 20 cannot start a thread from a TypeScript file, so there the loader is registered inside the thread, which has no file of
// its own and would look for the loader in the current folder.
const FROM_SOURCE = `const { workerData } = require('node:worker_threads');
import(workerData.loader).then(({ register }) => { register(); return import(workerData.entry); });`;

/** Starts a thread on `entry`, a module beside this one without its extension; `data` is what it finds in workerData. */
export function startThread(entry: './worker' | './checkpoint-thread', data: object): Worker {
  const isBuilt = import.meta.url.endsWith('.js');
  const url = new URL(`${entry}${isBuilt ? '.js' : '.ts'}`, import.meta.url);
  if (isBuilt) return new Worker(url, { workerData: data });
  const loader = import.meta.resolve('tsx/esm/api');
  return new Worker(FROM_SOURCE, { eval: true, workerData: { loader, entry: url.href, ...data } });
}
