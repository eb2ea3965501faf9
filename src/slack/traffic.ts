import type { Channel } from '../core/channel.js';
import type { Clock, Timer } from '../core/clock.js';
import { errorMessage } from '../core/errors.js';
import { stringAt } from '../core/json.js';
import type { Acknowledged, BadFrame, Envelope } from './envelope.js';
import type { SocketShare } from './places.js';
import type { SocketPolicy } from './policy.js';
import type { SocketSet } from './socket-set.js';
import type { SocketEvent } from './events.js';
import type { SlackSocket, SocketReceiver } from './socket.js';

export interface TrafficOptions {
  readonly appId: string;
  readonly clock: Clock;
  readonly policy: SocketPolicy;
  readonly socketSet: SocketSet;
  readonly events: Channel<SocketEvent>;
  readonly onEnvelope: (envelope: Envelope) => void;
  /** What this process may have of the app's sockets. */
  readonly share: () => SocketShare;
  /** Sockets that Slack counts and that are not ours. */
  readonly foreign: () => number;
  /** Another number of sockets is wanted. */
  readonly onResize: () => void;
}

/** What goes over the sockets of one app, and how many sockets that is worth. */
export class Traffic implements SocketReceiver {
  readonly #options: TrafficOptions;
  readonly #load: Load;
  readonly #redeliveries = new Redeliveries();
  /** Sockets that are wanted because of the load. */
  #grown = 0;
  #timer: Timer | undefined;
  #stopped = false;

  constructor(options: TrafficOptions) {
    this.#options = options;
    this.#load = new Load(options.policy.load);
  }

  /** How many sockets the app should have. */
  get wanted(): number {
    return this.#options.share().sockets + this.#grown;
  }

  received(socket: SlackSocket, envelope: Envelope): void {
    const { appId, clock, events, socketSet } = this.#options;
    if (this.#stopped) {
      socket.settle(envelope.envelopeId);
      this.dropped(socket, 'stopping');
      return;
    }
    this.#load.received(socketSet.inFlight);
    if (envelope.retryAttempt > 0) {
      const silentId = this.#redeliveries.redelivered(
        stringAt(envelope.payload, 'event_id'),
        clock.monotonic(),
      );
      if (silentId !== undefined) socketSet.get(silentId)?.leave('acks_lost');
    }
    this.#timer ??= this.#setTimer();
    try {
      this.#options.onEnvelope(envelope);
    } catch (error) {
      events.emit({ t: 'receiver_failed', appId, message: errorMessage(error) });
    }
  }

  dropped({ id: socketId }: SlackSocket, why: BadFrame | 'unknown' | 'stopping'): void {
    const { appId, events } = this.#options;
    events.emit({ t: 'frame_dropped', appId, socketId, why });
  }

  /** An envelope has been acknowledged, or cannot be. */
  acknowledged({ payload, receivedAt, socketId }: Envelope, how: Acknowledged): void {
    const { appId, clock, events, policy } = this.#options;
    const afterMs = clock.now() - receivedAt;
    this.#load.acknowledged(afterMs);
    // What went out at the last moment may have come too late.
    if (how === 'sent' && afterMs < policy.acknowledgeMs / 2)
      this.#redeliveries.acknowledged(stringAt(payload, 'event_id'), socketId);
    events.emit({ t: 'acknowledged', appId, how, afterMs });
  }

  /** A socket is gone. */
  closed(socketId: string): void {
    this.#redeliveries.forget(socketId);
  }

  /** From now on nothing is handed over: there is no socket left to acknowledge it on. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #setTimer(): Timer {
    return this.#options.clock.setTimer(this.#options.policy.load.everyMs, () => this.#judge());
  }

  #judge(): void {
    const { appId, events, socketSet, share } = this.#options;
    const { sockets, most: shared, mayGrow } = share();
    const from = this.wanted;
    const allowed = Math.max(sockets, shared - this.#options.foreign());
    const most = mayGrow ? allowed : Math.min(allowed, from);
    const step = this.#load.judge(socketSet.good(undefined).length);
    const to = Math.min(most, Math.max(sockets, from + step));
    // An app without traffic needs no timer.
    this.#timer = socketSet.inFlight > 0 || to > sockets ? this.#setTimer() : undefined;
    if (to === from) return;
    this.#grown = to - sockets;
    events.emit({ t: 'resized', appId, from, to, why: step > 0 ? 'load' : 'calm' });
    this.#options.onResize();
  }
}

// Slack's first retry comes some seconds after the first attempt. At its rate limit of 30,000 events an hour and
// workspace this remembers a minute of them at least.
const REMEMBERED = 512;
// One may be Slack's own slip: it was seen to send again what had been acknowledged.
const ENOUGH = 2;
const WITHIN_MS = 60_000;

/**
 * Finds sockets whose acknowledgements do not arrive at Slack although everything else works. Slack confirms none; that it
 * sends an event again which was acknowledged in time is the only sign.
 */
class Redeliveries {
  /** By event id, which is the same in each attempt: the socket that carried the acknowledgement. */
  #acknowledged = new Map<string, string>();
  /** Those before. Forgotten all at once, not one by one: docs/architecture.md, "Avoiding promotion on the hot path". */
  #acknowledgedBefore = new Map<string, string>();
  /** By socket: when (monotonic) an event was last sent again that it had acknowledged. */
  readonly #doubts = new Map<string, number[]>();

  /** An event was acknowledged in time on this socket. */
  acknowledged(eventId: string, socketId: string): void {
    if (eventId === '') return;
    this.#acknowledged.set(eventId, socketId);
    if (this.#acknowledged.size < REMEMBERED) return;
    this.#acknowledgedBefore = this.#acknowledged;
    this.#acknowledged = new Map();
  }

  /** An event came again. The socket that Slack seems not to hear, if this was one time too many. */
  redelivered(eventId: string, now: number): string | undefined {
    const socketId = this.#acknowledged.get(eventId) ?? this.#acknowledgedBefore.get(eventId);
    if (socketId === undefined) return undefined;
    // The next acknowledgement is another one's evidence.
    this.#acknowledged.delete(eventId);
    this.#acknowledgedBefore.delete(eventId);
    const doubts = (this.#doubts.get(socketId) ?? []).filter((at) => at > now - WITHIN_MS);
    doubts.push(now);
    this.#doubts.set(socketId, doubts);
    return doubts.length >= ENOUGH ? socketId : undefined;
  }

  /** A socket is gone. */
  forget(socketId: string): void {
    this.#doubts.delete(socketId);
  }
}

/** How much the sockets of one app carry, and what that means for their number. */
class Load {
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
