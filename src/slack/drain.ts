import { deadline } from '../core/cancellation.js';
import type { Clock } from '../core/clock.js';
import type { Acknowledger } from './acknowledger.js';
import type { SocketSet } from './socket-set.js';

export interface DrainOptions {
  readonly clock: Clock;
  readonly socketSet: SocketSet;
  readonly acknowledger: Acknowledger;
  /** Slack's time limit for acknowledgements, milliseconds. */
  readonly limitMs: number;
  /** Whether another process can send acknowledgements of this app. */
  readonly canRelay: () => boolean;
  /** What arrives after this call cannot be acknowledged any more. */
  readonly onLast: () => void;
}

/** Closes the sockets of one app for good: what Slack has already sent their way is taken and acknowledged first. */
export class Drain {
  readonly #options: DrainOptions;
  #onProgress: (() => void) | undefined;

  constructor(options: DrainOptions) {
    this.#options = options;
  }

  /** To be called after each acknowledgement and each closed socket. */
  progress(): void {
    this.#onProgress?.();
  }

  async close(): Promise<void> {
    const { clock, socketSet, limitMs, canRelay, onLast } = this.#options;
    const limit = deadline(clock, limitMs, 'closing the sockets');
    // One socket stays until the others are closed, so that what they still bring can be acknowledged on it.
    const last = socketSet.sender();
    for (const socket of socketSet.all()) if (socket !== last) socket.drain('stopping');
    await this.#until(() => socketSet.size <= 1 && this.#settled(), limit.signal);
    await last?.barrier(limit.signal);
    await this.#until(() => this.#settled(), limit.signal);
    limit.cleanup();
    // Slack sends on until it reads our goodbye, and that is taken too if another process can acknowledge it.
    const relays = canRelay();
    if (!relays) onLast();
    for (const socket of socketSet.all()) socket.end('stopping');
    // A socket is closed within a second, if need be by force.
    await this.#until(() => socketSet.size === 0);
    if (!relays) return;
    const crossed = deadline(clock, limitMs, 'acknowledging what crossed the goodbye');
    await this.#until(() => this.#settled(), crossed.signal);
    crossed.cleanup();
    onLast();
  }

  #settled(): boolean {
    return this.#options.socketSet.inFlight === 0 && this.#options.acknowledger.waiting === 0;
  }

  /** Resolves when `reached`, or when `signal` aborts. */
  async #until(reached: () => boolean, signal?: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#onProgress = () => {
        if (signal?.aborted === true || reached()) resolve();
      };
      signal?.addEventListener('abort', this.#onProgress, { once: true });
      this.#onProgress();
    });
    this.#onProgress = undefined;
  }
}
