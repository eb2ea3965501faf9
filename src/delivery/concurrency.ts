// Below this many waiting in the server more helps; above, they only wait there instead of here (TCP Vegas' rule).
const FEW_QUEUED = 3;
const MANY_QUEUED = 6;
const LEAST = 2;
const START = 8;

// So much of an answer's time may be this process's own: it says nothing about a server that answers in less.
const OWN_MS = 5;

// The shortest answer is forgotten slowly, because a server may become slower for good.
const FORGET = 0.001;
const SMOOTH = 0.1;

/** How many dispatches may be under way: more while that makes the server faster, fewer when they only queue there. */
export class Concurrency {
  #limit: number;
  #shortestMs: number | undefined;
  #usualMs = 0;

  constructor(private readonly most: number) {
    this.#limit = Math.min(START, most);
  }

  get limit(): number {
    return Math.floor(this.#limit);
  }

  /** A dispatch took `ms`, with `inFlight` under way when it began, itself included. */
  answered(ms: number, inFlight: number): void {
    const took = Math.max(ms, 0.01);
    if (this.#shortestMs === undefined) {
      this.#shortestMs = took;
      this.#usualMs = took;
    }
    this.#shortestMs = Math.min(took, this.#shortestMs + (this.#usualMs - this.#shortestMs) * FORGET);
    this.#usualMs += (took - this.#usualMs) * SMOOTH;
    const queued = this.#limit * Math.max(0, 1 - (this.#shortestMs + OWN_MS) / this.#usualMs);
    const isUsed = inFlight >= this.limit;
    if (queued < FEW_QUEUED && isUsed) this.#set(this.#limit + 1 / this.#limit);
    else if (queued > MANY_QUEUED) this.#set(this.#limit - 1 / this.#limit);
  }

  /** A dispatch failed in a way that may be the server's load. */
  failed(): void {
    this.#set(this.#limit / 2);
  }

  #set(limit: number): void {
    this.#limit = Math.min(this.most, Math.max(LEAST, limit));
  }
}
