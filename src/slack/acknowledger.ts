import { sleep, type Clock } from '../core/clock.js';
import type { JsonObject } from '../core/json.js';
import { acknowledgement, type Acknowledged, type Envelope } from './envelope.js';
import type { SocketSet } from './socket-set.js';
import type { SlackSocket } from './socket.js';

interface Recent {
  readonly text: string;
  /** Monotonic time at which Slack stops waiting. */
  readonly until: number;
}

/** Sends the acknowledgements of one app, and finds another socket when the one that brought the envelope is gone. */
export class Acknowledger {
  readonly #clock: Clock;
  readonly #socketSet: SocketSet;
  readonly #limitMs: number;
  readonly #onSettled: (envelope: Envelope, how: Acknowledged) => void;
  readonly #successor: () => SlackSocket | undefined;
  readonly #relay: (text: string) => Promise<boolean>;
  /** Those that want to know of the next live socket. */
  readonly #awaitingLive = new Set<() => void>();
  /** What each socket sent within Slack's time limit, oldest first. */
  readonly #recent = new Map<SlackSocket, Recent[]>();
  /** What perhaps has not arrived, while there was no socket to send it on again. */
  #doubtful: readonly Recent[] = [];
  #waiting = 0;

  /**
   * `onSettled` is called after each; `successor` names a live socket of the pool that took this one's place; `relay` has
   * another process send it, if there is one that can.
   */
  constructor(
    clock: Clock,
    socketSet: SocketSet,
    limitMs: number,
    onSettled: (envelope: Envelope, how: Acknowledged) => void,
    successor: () => SlackSocket | undefined,
    relay: (text: string) => Promise<boolean>,
  ) {
    this.#clock = clock;
    this.#socketSet = socketSet;
    this.#limitMs = limitMs;
    this.#onSettled = onSettled;
    this.#successor = successor;
    this.#relay = relay;
  }

  /** Acknowledgements that wait for a live socket. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Never rejects. */
  async acknowledge(envelope: Envelope, payload: JsonObject | undefined): Promise<Acknowledged> {
    const text = acknowledgement(envelope.envelopeId, payload);
    const own = this.#socketSet.get(envelope.socketId);
    const sent = own !== undefined && own.send(text);
    const doubtful = own !== undefined && isDoubtful(own);
    if (sent) this.#remember(own, text);
    own?.settle(envelope.envelopeId);
    let how: Acknowledged = sent ? 'sent' : 'lost';
    if (!sent || doubtful) {
      const left = this.#limitMs - (this.#clock.now() - envelope.receivedAt);
      if (await this.#sendElsewhere(own, text, left)) how = 'sent_elsewhere';
    }
    this.#onSettled(envelope, how);
    return how;
  }

  /** A socket became live. */
  onLive(): void {
    for (const wake of [...this.#awaitingLive]) wake();
    this.#sendAgain(this.#socketSet.sender());
  }

  /**
   * A socket ended without a word, or stopped answering: what it sent last has perhaps not arrived. While Slack still
   * waits it is sent again on another socket; an acknowledgement that arrives twice does no harm.
   */
  onUnreliable(socket: SlackSocket): void {
    this.#doubtful = [...this.#doubtful, ...(this.#recent.get(socket) ?? [])];
    this.forget(socket);
    this.#sendAgain(this.#socketSet.sender(socket));
  }

  /** A socket is gone as it should be. */
  forget(socket: SlackSocket): void {
    this.#recent.delete(socket);
  }

  async #sendElsewhere(own: SlackSocket | undefined, text: string, leftMs: number): Promise<boolean> {
    if (this.#trySend(own, text)) return true;
    if (leftMs <= 0) return false;
    const end = new AbortController();
    let sent = false;
    const wake = (): void => {
      sent = this.#trySend(own, text);
      if (sent) end.abort();
    };
    this.#awaitingLive.add(wake);
    this.#waiting++;
    void this.#relay(text).then((isRelayed) => {
      sent ||= isRelayed;
      if (isRelayed) end.abort();
    });
    try {
      await sleep(this.#clock, leftMs, end.signal).catch(() => undefined);
    } finally {
      this.#awaitingLive.delete(wake);
      this.#waiting--;
    }
    return sent;
  }

  #sendAgain(sender: SlackSocket | undefined): void {
    const now = this.#clock.monotonic();
    this.#doubtful = this.#doubtful.filter(({ text, until }) => until > now && sender?.send(text) !== true);
  }

  #trySend(own: SlackSocket | undefined, text: string): boolean {
    // A socket that answers again counts too.
    const sender =
      this.#socketSet.sender(own) ?? (own?.state.t === 'live' ? own : undefined) ?? this.#successor();
    if (sender?.send(text) !== true) return false;
    this.#remember(sender, text);
    return true;
  }

  #remember(socket: SlackSocket, text: string): void {
    const now = this.#clock.monotonic();
    let recent = this.#recent.get(socket);
    if (recent === undefined) this.#recent.set(socket, (recent = []));
    let expired = 0;
    while (expired < recent.length && (recent[expired]?.until ?? now) <= now) expired++;
    // In batches, because taking one from the front of a long list costs as much as taking many.
    if (expired > 64 || expired === recent.length) recent.splice(0, expired);
    recent.push({ text, until: now + this.#limitMs });
  }
}

/** Whether what is sent on it may not arrive. */
function isDoubtful({ state }: SlackSocket): boolean {
  return state.t === 'suspect' || (state.t === 'live' && state.leaving === 'acks_lost');
}
