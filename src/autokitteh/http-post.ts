import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher, Pool } from 'undici';

export interface Post {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** What the answer may be equal to. Then its bytes are these, and nothing of it is kept. */
  readonly known?: Uint8Array | undefined;
}

export interface HttpResponse {
  readonly status: number;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** The request left, and its whole answer did not come. The cause is undici's error. */
export class AnswerLostError extends Error {
  override readonly name = 'AnswerLostError';
}

/**
 * Posts, and resolves with the whole answer; rejects with undici's error if the request has not left, with
 * AnswerLostError if it has, or with the signal's reason. Through undici's
 * own handler instead of a stream, which costs twice as much, and is made for every event.
 */
export function post(pool: Pool, sent: Post, signal: AbortSignal): Promise<HttpResponse> {
  const { path, headers, body, known } = sent;
  return new Promise((resolve, reject) => {
    const collector = new Collector(resolve, reject, signal, new Body(known));
    pool.dispatch({ method: 'POST', path, headers, body }, collector);
  });
}

const NOTHING = Buffer.alloc(0);

/** The body of an answer, of which what is equal to known bytes is not kept. */
class Body {
  readonly #known: Uint8Array;
  /** So many bytes came, and all were equal; undefined once others came. */
  #equal: number | undefined;
  readonly #chunks: Uint8Array[] = [];

  constructor(known: Uint8Array | undefined) {
    this.#known = known ?? NOTHING;
    this.#equal = known === undefined ? undefined : 0;
  }

  add(chunk: Buffer): void {
    if (this.#equal !== undefined) {
      const end = this.#equal + chunk.length;
      if (chunk.equals(this.#known.subarray(this.#equal, end))) {
        this.#equal = end;
        return;
      }
      if (this.#equal > 0) this.#chunks.push(this.#known.subarray(0, this.#equal));
      this.#equal = undefined;
    }
    this.#chunks.push(chunk);
  }

  bytes(): Uint8Array {
    if (this.#equal === this.#known.length) return this.#known;
    if (this.#equal !== undefined) return this.#known.subarray(0, this.#equal);
    const [first = NOTHING] = this.#chunks;
    return this.#chunks.length > 1 ? Buffer.concat(this.#chunks) : first;
  }
}

class Collector implements Dispatcher.DispatchHandler {
  readonly #resolve: (answer: HttpResponse) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #signal: AbortSignal;
  readonly #onAbort = (): void => this.#abort();
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #contentType = '';
  readonly #body: Body;

  constructor(
    resolve: (answer: HttpResponse) => void,
    reject: (reason: unknown) => void,
    signal: AbortSignal,
    body: Body,
  ) {
    this.#body = body;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#signal = signal;
    if (signal.aborted) this.#abort();
    else signal.addEventListener('abort', this.#onAbort);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#signal.aborted) this.#abort();
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.#status = status;
    this.#contentType = headers['content-type'] ?? '';
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#body.add(chunk);
  }

  onResponseEnd(): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#resolve({ status: this.#status, contentType: this.#contentType, bytes: this.#body.bytes() });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
    const isSent = this.#controller !== undefined && !this.#signal.aborted;
    this.#reject(isSent ? new AnswerLostError('', { cause: error }) : error);
  }

  /** At once, even of a request that still waits for a connection; such a one is ended when it gets one. */
  #abort(): void {
    const reason: unknown = this.#signal.reason;
    this.#controller?.abort(reason instanceof Error ? reason : new Error(String(reason)));
    this.#reject(reason);
  }
}
