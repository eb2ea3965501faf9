import type { IncomingMessage, OutgoingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../core/clock.js';
import { PluginError } from '../core/errors.js';
import { pairs } from './headers.js';

/**
 * Copies a message's body and trailers chunk by chunk, no faster than they are taken, and ends the copy. `seen` is told
 * each chunk first. Once `to` is closed the rest is discarded.
 */
export function copyBody(from: IncomingMessage, to: OutgoingMessage, seen?: (chunk: Buffer) => void): void {
  const goOn = (): void => {
    from.resume();
  };
  from.on('data', (chunk: Buffer) => {
    seen?.(chunk);
    if (to.destroyed || to.writableEnded || to.write(chunk)) return;
    from.pause();
    to.once('drain', goOn);
  });
  from.once('end', () => {
    if (to.destroyed || to.writableEnded) return;
    if (from.rawTrailers.length > 0) to.addTrailers(pairs(from.rawTrailers));
    to.end();
  });
  to.once('close', goOn);
}

/** Lets a client go on that waits for 100 Continue before it sends the body. */
export function askForBody(request: IncomingMessage, response: ServerResponse): void {
  if (request.headers.expect === undefined || response.headersSent) return;
  response.writeContinue();
  response.shouldKeepAlive = request.headers.connection?.toLowerCase() !== 'close';
}

/** The first bytes of a body, kept while it streams past. */
export class FirstBytes {
  readonly #limit: number;
  #chunks: Buffer[] = [];
  #size = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  readonly add = (chunk: Buffer): void => {
    this.#size += chunk.length;
    if (this.#size <= this.#limit) this.#chunks.push(chunk);
    else this.#chunks = [];
  };

  get tooLong(): boolean {
    return this.#size > this.#limit;
  }

  /** The whole body; undefined when it was longer than the limit. */
  whole(): Buffer | undefined {
    return this.tooLong ? undefined : Buffer.concat(this.#chunks);
  }
}

/** How much of a body is read here, and how long its client may take for it. */
export interface BodyLimits {
  readonly bytes: number;
  readonly ms: number;
  readonly clock: Clock;
}

/**
 * The whole body, or undefined when it is longer than the limit; the rest is not read then. Rejects with `timeout` when
 * it takes too long, and with `cancelled` when the client goes away.
 */
export function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  { bytes, ms, clock }: BodyLimits,
): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > bytes) return Promise.resolve(undefined);
  askForBody(request, response);
  return new Promise((resolve, reject) => {
    const kept = new FirstBytes(bytes);
    const timer = clock.setTimer(ms, () => {
      detach();
      reject(new PluginError('timeout', `the request body did not arrive within ${ms / 1_000} s`));
    });
    const onData = (chunk: Buffer): void => {
      kept.add(chunk);
      if (!kept.tooLong) return;
      detach();
      request.pause();
      resolve(undefined);
    };
    const onEnd = (): void => {
      detach();
      resolve(kept.whole());
    };
    const onGone = (): void => {
      detach();
      reject(new PluginError('cancelled', 'the client disconnected'));
    };
    function detach(): void {
      timer.cancel();
      request.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
    }
    request.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
  });
}

/** Calls `idle` when nothing of a body has come for `ms`, unless it is we who do not read it. */
export function watchUpload(
  request: IncomingMessage,
  response: ServerResponse,
  ms: number,
  idle: () => void,
): void {
  request.setTimeout(ms);
  request.on('timeout', () => {
    if (request.isPaused()) request.setTimeout(ms);
    else idle();
  });
  // Node counts from then on as if the connection were idle, which it is not before the body has ended.
  response.once('close', () => {
    if (!request.complete) request.setTimeout(ms);
  });
}
