import {
  parentPort,
  receiveMessageOnPort,
  workerData,
  type MessagePort,
  type Worker,
} from 'node:worker_threads';
import { systemClock } from '../../core/clock.js';
import type { ErrorCode } from '../../core/errors.js';
import { CommitQueue } from './commit-queue.js';
import { loadSqlite } from './driver.js';
import { openEngine, type Engine, type EngineOptions, type Reply, type Request } from './engine.js';
import { journalError } from './sqlite-error.js';
import { startThread } from './thread.js';

/** What the worker says: first whether the file is open, then answers. */
export type FromWorker =
  | { readonly t: 'open'; readonly warning: string | undefined }
  | { readonly t: 'refused'; readonly code: ErrorCode; readonly message: string }
  | { readonly t: 'replies'; readonly replies: readonly Reply[] };

export type ToWorker =
  { readonly t: 'requests'; readonly requests: readonly Request[] } | { readonly t: 'close' };

function serve(engine: Engine, checkpointer: Checkpointer, port: MessagePort): void {
  const say = (message: FromWorker): void => port.postMessage(message);
  const queue = new CommitQueue(engine, systemClock, (replies) => {
    say({ t: 'replies', replies });
    checkpointer.committed(replies.length);
  });
  const close = async (): Promise<void> => {
    queue.flush();
    await checkpointer.stop();
    engine.close();
    port.close();
  };
  port.on('message', (first: ToWorker) => {
    const requests: Request[] = [];
    let message: ToWorker | undefined = first;
    while (message?.t === 'requests') {
      requests.push(...message.requests);
      // What came meanwhile shares the commit.
      const next: { readonly message: ToWorker } | undefined = receiveMessageOnPort(port);
      message = next?.message;
    }
    queue.take(requests);
    if (message?.t === 'close') void close();
  });
  say({ t: 'open', warning: engine.warning });
}

// Small journals do without the thread: SQLite's own checkpoint is short then.
const REQUESTS_BEFORE = 1000;

interface Running {
  readonly thread: Worker;
  readonly exited: Promise<void>;
}

/** Starts the checkpointing thread once the journal is busy. */
class Checkpointer {
  readonly #path: string;
  #requests = 0;
  #running: Running | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** To be told how many requests were committed. */
  committed(requests: number): void {
    this.#requests += requests;
    if (this.#running !== undefined || this.#requests < REQUESTS_BEFORE) return;
    const thread = startThread('./checkpoint-thread', { path: this.#path });
    // If it fails, the appending thread checkpoints by itself, seldom and for longer.
    thread.on('error', () => undefined);
    this.#running = { thread, exited: new Promise((resolve) => thread.once('exit', () => resolve())) };
  }

  async stop(): Promise<void> {
    this.#running?.thread.postMessage('stop');
    await this.#running?.exited;
  }
}

if (parentPort !== null) {
  try {
    const { options } = workerData as { options: EngineOptions };
    const engine = openEngine(await loadSqlite(), options);
    serve(engine, new Checkpointer(engine.path), parentPort);
  } catch (error) {
    const { code, message } = journalError(error);
    parentPort.postMessage({ t: 'refused', code, message } satisfies FromWorker);
  }
}
