import type { IncomingMessage, OutgoingMessage, ServerResponse } from 'node:http';
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

  /** The whole body; undefined when it was longer than the limit. */
  whole(): Buffer | undefined {
    return this.#size > this.#limit ? undefined : Buffer.concat(this.#chunks);
  }
}

/**
 * The whole body if it has no more than `limit` bytes. Else undefined, and the rest is not read. Rejects with
 * `cancelled` when the client goes away in between.
 */
export function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  limit: number,
): Promise<Buffer | undefined> {
  askForBody(request, response);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const onReadable = (): void => {
      for (let chunk: unknown; (chunk = request.read()) !== null;) {
        chunks.push(chunk as Buffer);
        size += (chunk as Buffer).length;
        if (size <= limit) continue;
        detach();
        request.unshift(Buffer.concat(chunks));
        resolve(undefined);
        return;
      }
    };
    const onEnd = (): void => {
      detach();
      resolve(Buffer.concat(chunks));
    };
    const onGone = (): void => {
      detach();
      reject(new PluginError('cancelled', 'the client went away'));
    };
    function detach(): void {
      request.off('readable', onReadable).off('end', onEnd).off('error', onGone).off('close', onGone);
    }
    request.on('readable', onReadable).on('end', onEnd).on('error', onGone).on('close', onGone);
  });
}
