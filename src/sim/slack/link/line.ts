import type { Socket } from 'node:net';
import type { Clock, Timer } from '../../../core/clock.js';

type Write = (chunk: Uint8Array | string, encoding?: unknown, callback?: unknown) => boolean;

/** How slowly a dripping line sends. */
export interface Drip {
  /** Bytes at a time. */
  readonly bytes: number;
  /** Milliseconds between them. */
  readonly every: number;
}

/** How a line tells that the other side is done. */
export interface LineEnds {
  /** Both close frames have passed. */
  readonly onHandshake: () => void;
  /** The other side sent a FIN. */
  readonly onFin: () => void;
}

/**
 * The TCP connection under a WebSocket, seen from Slack. It never sends a FIN of its own accord (Slack leaves
 * the connection open after the close handshake), and it can fall silent or become very slow.
 */
export class Line {
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #write: Write;
  readonly #end: () => unknown;
  #held: Buffer[] = [];
  #drip: Drip | undefined;
  #timer: Timer | undefined;

  constructor(socket: Socket, clock: Clock, ends: LineEnds) {
    this.#socket = socket;
    this.#clock = clock;
    this.#write = socket.write.bind(socket) as Write;
    this.#end = socket.end.bind(socket);
    // `ws` ends the socket at exactly these two moments; it is the only sign it gives of the first.
    let finished = false;
    socket.end = () => {
      if (finished) ends.onFin();
      else ends.onHandshake();
      return socket;
    };
    socket.prependOnceListener('end', () => {
      finished = true;
      this.#end();
    });
  }

  /** What is sent in this turn of the event loop leaves in one write. */
  gather(): void {
    if (this.#socket.writableCorked > 0) return;
    this.#socket.cork();
    process.nextTick(() => this.#socket.uncork());
  }

  /** Nothing is sent any more; it is kept for `thaw`. (Whoever freezes a line also stops reading.) */
  freeze(): void {
    this.#timer?.cancel();
    this.#divert();
  }

  /** What was held back goes out, and everything is as before. */
  thaw(): void {
    this.#timer?.cancel();
    this.#drip = undefined;
    this.#socket.write = this.#write;
    const held = this.#held;
    this.#held = [];
    for (const chunk of held) this.#write(chunk);
  }

  /** Everything goes out a few bytes at a time (slow-loris). */
  drip(drip: Drip): void {
    this.#drip = drip;
    this.#divert();
    this.#dripNext();
  }

  reset(): void {
    this.#timer?.cancel();
    this.#socket.resetAndDestroy();
  }

  destroy(): void {
    this.#timer?.cancel();
    this.#socket.destroy();
  }

  #divert(): void {
    const hold: Write = (chunk, encoding, callback) => {
      this.#held.push(Buffer.from(chunk as Uint8Array));
      const done = typeof encoding === 'function' ? encoding : callback;
      if (typeof done === 'function') process.nextTick(done);
      return true;
    };
    this.#socket.write = hold;
  }

  #dripNext(): void {
    const drip = this.#drip;
    if (drip === undefined) return;
    const waiting = Buffer.concat(this.#held);
    this.#held = waiting.length > drip.bytes ? [waiting.subarray(drip.bytes)] : [];
    if (waiting.length > 0 && !this.#socket.destroyed) this.#write(waiting.subarray(0, drip.bytes));
    this.#timer = this.#clock.setTimer(drip.every, () => this.#dripNext());
  }
}
