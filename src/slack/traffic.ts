import type { Channel } from '../core/channel.js';
import type { Clock, Timer } from '../core/clock.js';
import { errorMessage } from '../core/errors.js';
import { stringAt } from '../core/json.js';
import type { Acknowledged, Envelope } from './envelope.js';
import { Load } from './load.js';
import type { SocketPolicy } from './policy.js';
import { Redeliveries } from './redeliveries.js';
import type { Roster } from './roster.js';
import type { SocketEvent } from './socket-event.js';
import type { SlackSocket } from './socket.js';

export interface TrafficOptions {
  readonly appId: string;
  readonly clock: Clock;
  readonly policy: SocketPolicy;
  readonly roster: Roster;
  readonly events: Channel<SocketEvent>;
  readonly onEnvelope: (envelope: Envelope) => void;
  /** Sockets that Slack counts and that are not ours. */
  readonly ghosts: () => number;
  /** Another number of sockets is wanted. */
  readonly onResize: () => void;
}

/** What goes over the sockets of one app, and how many sockets that is worth. */
export class Traffic {
  readonly #options: TrafficOptions;
  readonly #load: Load;
  readonly #redeliveries = new Redeliveries();
  #wanted: number;
  #timer: Timer | undefined;
  #stopped = false;

  constructor(options: TrafficOptions) {
    this.#options = options;
    this.#load = new Load(options.policy.load);
    this.#wanted = options.policy.pool.sockets;
  }

  /** How many sockets the app should have. */
  get wanted(): number {
    return this.#wanted;
  }

  received(socket: SlackSocket, envelope: Envelope): void {
    const { appId, clock, events, roster } = this.#options;
    if (this.#stopped) {
      socket.settle(envelope.envelopeId);
      events.emit({ t: 'frame_dropped', appId, socketId: socket.id, why: 'stopping' });
      return;
    }
    this.#load.received(roster.inFlight);
    if (envelope.retryAttempt > 0) {
      const unheard = this.#redeliveries.redelivered(
        stringAt(envelope.payload, 'event_id'),
        clock.monotonic(),
      );
      if (unheard !== undefined) roster.get(unheard)?.leave('unheard');
    }
    this.#timer ??= this.#setTimer();
    try {
      this.#options.onEnvelope(envelope);
    } catch (error) {
      events.emit({ t: 'receiver_failed', appId, message: errorMessage(error) });
    }
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
    const { appId, events, policy, roster } = this.#options;
    const { budget, headroom, sockets } = policy.pool;
    const most = Math.max(sockets, budget - headroom - this.#options.ghosts());
    const step = this.#load.judge(roster.good(undefined).length);
    const to = Math.min(most, Math.max(sockets, this.#wanted + step));
    // An app without traffic needs no timer.
    this.#timer = roster.inFlight > 0 || to > sockets ? this.#setTimer() : undefined;
    if (to === this.#wanted) return;
    const from = this.#wanted;
    this.#wanted = to;
    events.emit({ t: 'resized', appId, from, to, why: step > 0 ? 'load' : 'calm' });
    this.#options.onResize();
  }
}
