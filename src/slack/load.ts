import type { SocketPolicy } from './policy.js';

/** How much the sockets of one app carry, and what that means for their number. */
export class Load {
  readonly #policy: SocketPolicy['load'];
  #peakInFlight = 0;
  #slowest = 0;
  #busyFor = 0;
  #calmFor = 0;

  constructor(policy: SocketPolicy['load']) {
    this.#policy = policy;
  }

  /** An envelope arrived, and with it so many of the app are in flight. */
  received(inFlight: number): void {
    this.#peakInFlight = Math.max(this.#peakInFlight, inFlight);
  }

  /** An envelope was acknowledged so many milliseconds after it arrived. */
  acknowledged(afterMs: number): void {
    this.#slowest = Math.max(this.#slowest, afterMs);
  }

  /** Judges the time since the last call, with so many sockets: 1 for another socket, -1 for one less, 0 to stay. */
  judge(sockets: number): -1 | 0 | 1 {
    const { growInFlight, growDelayMs, growAfter, shrinkAfter } = this.#policy;
    const share = this.#peakInFlight / Math.max(1, sockets);
    const busy = share > growInFlight || this.#slowest > growDelayMs;
    // A quarter leaves a wide band in which nothing changes, so that the number does not swing.
    const calm = share <= growInFlight / 4 && this.#slowest <= growDelayMs / 4;
    this.#peakInFlight = 0;
    this.#slowest = 0;
    this.#busyFor = busy ? this.#busyFor + 1 : 0;
    this.#calmFor = calm ? this.#calmFor + 1 : 0;
    if (this.#busyFor >= growAfter) {
      this.#busyFor = 0;
      return 1;
    }
    if (this.#calmFor >= shrinkAfter) {
      this.#calmFor = 0;
      return -1;
    }
    return 0;
  }
}
