import type { Worker } from 'node:worker_threads';
import { startThread } from './thread.js';

// Small journals do without the thread: SQLite's own checkpoint is short then.
const REQUESTS_BEFORE = 1000;

interface Running {
  readonly thread: Worker;
  readonly exited: Promise<void>;
}

/** Starts the checkpointing thread once the journal is busy. */
export class Checkpointer {
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
