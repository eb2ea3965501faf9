import { systemClock, type Timer } from '../../../core/clock.js';
import { PluginError } from '../../../core/errors.js';
import type { Draft } from '../frames/draft.js';
import type { LinkSocket } from '../link/link-socket.js';
import { latencyOf, type Latency } from './latency.js';
import { prepare, runPrefix, sequenceOf } from './template.js';

/** How fast envelopes are sent. */
type Pace =
  /** Closed loop: each socket always has that many unacknowledged ones. */
  | { readonly t: 'window'; readonly perSocket: number }
  /** Open loop: that many a second, over all sockets in turn. */
  | { readonly t: 'rate'; readonly perSecond: number };

export interface BlastOptions {
  /** How many envelopes. */
  readonly count: number;
  readonly pace: Pace;
  /** Real milliseconds after which it is given up; a minute unless said. */
  readonly limit?: number;
}

export interface BlastResult {
  readonly sent: number;
  readonly acknowledged: number;
  /** Acknowledgements beyond the first of an envelope. */
  readonly repeated: number;
  /** Sent to a socket that closed before the acknowledgement came; they are not sent again. */
  readonly cutOff: number;
  /** Real seconds from the first envelope to the last acknowledgement. */
  readonly seconds: number;
  readonly perSecond: number;
  readonly latency: Latency;
  /** Real milliseconds that each acknowledgement took, in the order of sending. */
  readonly tookMs: Float64Array;
}

/** What a blast needs of the sockets of its app. */
export interface BlastPorts {
  readonly sockets: () => LinkSocket[];
  readonly onSocketChange: (subscriber: (socket: LinkSocket) => void) => () => void;
}

/** One run of a benchmark: as little work per envelope as possible, no ledger, no deadline, no retries. */
export class Blast {
  readonly #prefix: string;
  readonly #next: (sequence: number) => string;
  readonly #options: BlastOptions;
  readonly #ports: BlastPorts;
  readonly #sentAt: Float64Array;
  readonly #tookMs: Float64Array;
  readonly #openBySocket = new Map<LinkSocket, number>();
  readonly #sentTo: LinkSocket[] = [];
  #limit: Timer | undefined;
  #ticker: Timer | undefined;
  #unsubscribe: () => void = () => undefined;
  #sent = 0;
  #acknowledged = 0;
  #repeated = 0;
  #cutOff = 0;
  #startedAt = 0;
  #finish: ((error?: PluginError) => void) | undefined;

  /** `drafts` are sent in turn, each time with ids of their own. */
  constructor(run: number, drafts: readonly Draft[], options: BlastOptions, ports: BlastPorts) {
    this.#prefix = runPrefix(run);
    const templates = drafts.map((draft) => prepare(draft, run));
    this.#next = (sequence) => templates[sequence % templates.length]?.(sequence) ?? '';
    this.#options = options;
    this.#ports = ports;
    this.#sentAt = new Float64Array(options.count);
    this.#tookMs = new Float64Array(options.count);
  }

  /** Resolves when every envelope is acknowledged or cut off; rejects with `timeout`. */
  run(): Promise<BlastResult> {
    return new Promise((resolve, reject) => {
      this.#finish = (error) => {
        this.#finish = undefined;
        this.#unsubscribe();
        this.#limit?.cancel();
        this.#ticker?.cancel();
        if (error === undefined) resolve(this.#result());
        else reject(error);
      };
      const limit = this.#options.limit ?? 60_000;
      this.#limit = systemClock.setTimer(limit, () =>
        this.#finish?.(
          new PluginError('timeout', `blast: ${this.#acknowledged} of ${this.#sent} after ${limit} ms`),
        ),
      );
      this.#startedAt = systemClock.monotonic();
      this.#unsubscribe = this.#ports.onSocketChange((socket) => this.#socketChanged(socket));
      for (const socket of this.#ports.sockets()) this.#socketChanged(socket);
      if (this.#options.pace.t === 'rate') this.#tick(this.#options.pace.perSecond);
    });
  }

  /** Takes a text from a client; false if it is no acknowledgement of this run. */
  take(socket: LinkSocket, text: string): boolean {
    const sequence = sequenceOf(text, this.#prefix);
    if (sequence === undefined) return false;
    const sentAt = this.#sentAt[sequence];
    if (sentAt === undefined || this.#tookMs[sequence] !== 0) {
      this.#repeated += 1;
      return true;
    }
    // Never 0, which means "not yet".
    this.#tookMs[sequence] = Math.max(systemClock.monotonic() - sentAt, Number.MIN_VALUE);
    this.#acknowledged += 1;
    this.#settle(this.#sentTo[sequence] ?? socket);
    this.#finishIfDone();
    return true;
  }

  /** One less on that socket, on whichever the acknowledgement came. */
  #settle(socket: LinkSocket): void {
    const before = this.#openBySocket.get(socket);
    if (before === undefined) {
      this.#cutOff -= 1;
      return;
    }
    this.#openBySocket.set(socket, before - 1);
    const more = this.#options.pace.t === 'window' && this.#sent < this.#options.count;
    if (more && socket.state.t === 'open') this.#send(socket, before - 1);
  }

  #socketChanged(socket: LinkSocket): void {
    const known = this.#openBySocket.get(socket);
    if (socket.state.t === 'open' && known === undefined) {
      this.#openBySocket.set(socket, 0);
      const { pace, count } = this.#options;
      if (pace.t === 'window')
        for (let open = 0; open < pace.perSocket && this.#sent < count; open += 1) this.#send(socket, open);
    }
    if (socket.state.t === 'closed' && known !== undefined) {
      this.#openBySocket.delete(socket);
      this.#cutOff += known;
      this.#finishIfDone();
    }
  }

  #tick(perSecond: number): void {
    const due = Math.min(
      this.#options.count,
      Math.floor(((systemClock.monotonic() - this.#startedAt) / 1_000) * perSecond),
    );
    const sockets = this.#ports.sockets();
    while (this.#sent < due && sockets.length > 0) {
      const socket = sockets[this.#sent % sockets.length];
      if (socket === undefined) break;
      this.#send(socket, this.#openBySocket.get(socket) ?? 0);
    }
    if (this.#sent < this.#options.count) {
      this.#ticker = systemClock.setTimer(1, () => this.#tick(perSecond));
    }
  }

  #send(socket: LinkSocket, open: number): void {
    this.#sentAt[this.#sent] = systemClock.monotonic();
    this.#sentTo.push(socket);
    socket.sendTextGathered(this.#next(this.#sent));
    this.#sent += 1;
    this.#openBySocket.set(socket, open + 1);
  }

  #finishIfDone(): void {
    if (this.#sent === this.#options.count && this.#acknowledged + this.#cutOff >= this.#sent)
      this.#finish?.();
  }

  #result(): BlastResult {
    const seconds = (systemClock.monotonic() - this.#startedAt) / 1_000;
    const tookMs = this.#tookMs.filter((took) => took !== 0);
    return {
      sent: this.#sent,
      acknowledged: this.#acknowledged,
      repeated: this.#repeated,
      cutOff: this.#cutOff,
      seconds,
      perSecond: this.#acknowledged / seconds,
      latency: latencyOf(tookMs),
      tookMs,
    };
  }
}
