import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { ErrorCode } from '../../core/errors.js';
import { loadSqlite } from './driver.js';
import { openEngine, type Engine, type EngineOptions, type Reply, type Request } from './engine.js';
import { journalError } from './sqlite-error.js';

/** What the worker says: first whether the file is open, then answers. */
export type FromWorker =
  | { readonly t: 'open' }
  | { readonly t: 'refused'; readonly code: ErrorCode; readonly message: string }
  | { readonly t: 'replies'; readonly replies: readonly Reply[] };

export type ToWorker = { readonly t: 'request'; readonly request: Request } | { readonly t: 'close' };

// More than this in one transaction would only make the first of them wait.
const REQUESTS_A_COMMIT = 64;

const port = parentPort;
if (port !== null) {
  const say = (message: FromWorker): void => port.postMessage(message);
  const serve = (engine: Engine): void => {
    port.on('message', (first: ToWorker) => {
      const requests: Request[] = [];
      let message: ToWorker | undefined = first;
      while (message?.t === 'request') {
        requests.push(message.request);
        if (requests.length === REQUESTS_A_COMMIT) break;
        // What came meanwhile shares the commit.
        message = (receiveMessageOnPort(port) as { message: ToWorker } | undefined)?.message;
      }
      if (requests.length > 0) say({ t: 'replies', replies: engine.run(requests) });
      if (message?.t === 'close') {
        engine.close();
        port.close();
      }
    });
    say({ t: 'open' });
  };
  try {
    serve(openEngine(await loadSqlite(), (workerData as { options: EngineOptions }).options));
  } catch (error) {
    const { code, message } = journalError(error);
    say({ t: 'refused', code, message });
  }
}
