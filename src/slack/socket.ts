import { patientTimer, type Clock, type Timer } from '../core/clock.js';
import {
  parseFrame,
  type BadFrame,
  type Envelope,
  type EnvelopeSource,
  type Frame,
  type Hello,
} from './envelope.js';
import type { Liveness, Watch } from './liveness.js';
import type { SocketPlace } from './places.js';
import type { SocketPolicy } from './policy.js';
import {
  leaveReasonOfDisconnect,
  reasonOfEnd,
  type ClosedReason,
  type LeaveReason,
  type SocketState,
} from './socket-state.js';
import type { AppToken } from './token-choice.js';
import type { OpenTransport, Transport, TransportEnd } from './transport.js';

/** Takes what Slack sends on a socket. */
export interface SocketReceiver {
  received(socket: SlackSocket, envelope: Envelope): void;
  /** A frame was not understood, or is of a type that is not known. */
  dropped(socket: SlackSocket, why: BadFrame | 'unknown'): void;
}

export interface SocketOptions {
  readonly id: string;
  /** The app that the token was saved for. */
  readonly appId: string;
  readonly token: AppToken;
  readonly place: SocketPlace;
  readonly openTransport: OpenTransport;
  readonly clock: Clock;
  readonly liveness: Liveness;
  readonly policy: SocketPolicy;
  readonly onState: (socket: SlackSocket, from: SocketState) => void;
  readonly receiver: SocketReceiver;
  /** Of what it brings. */
  readonly acknowledger: EnvelopeSource['acknowledger'];
}

/** One socket of an app, from its URL to its end; used once. docs/sockets.md draws its states. */
export class SlackSocket {
  readonly id: string;
  readonly token: AppToken;
  /** Given back when it is closed. */
  readonly place: SocketPlace;
  /** Monotonic milliseconds. */
  readonly openedAt: number;
  /** When it is to be renewed, in monotonic milliseconds, and why; set by the pool. */
  renewal: { readonly at: number; readonly why: LeaveReason } = { at: Infinity, why: 'age' };
  readonly #options: SocketOptions;
  readonly #source: EnvelopeSource;
  readonly #transport: Transport;
  /** Envelopes that await their acknowledgement, oldest first, with the monotonic time at which Slack gives them up. */
  readonly #inFlight = new Map<string, number>();
  #state: SocketState = { t: 'fetching_url' };
  #limit: Timer | undefined;
  #watch: Watch | undefined;
  #passed: (() => void) | undefined;
  /** Why it is about to end, if that is our doing. */
  #ending: ClosedReason | undefined;

  /** Starts at once. */
  constructor(options: SocketOptions) {
    this.id = options.id;
    this.token = options.token;
    this.place = options.place;
    this.openedAt = options.clock.monotonic();
    this.#options = options;
    // Of another app its hello does not make it live.
    const { appId, id: socketId, clock, acknowledger } = options;
    this.#source = { appId, socketId, clock, acknowledger };
    this.#limitState(options.policy.socket.fetchMs, { t: 'timeout', during: 'fetching_url' });
    this.#transport = options.openTransport(options.token.token, {
      onUrl: (host) => this.#onUrl(host),
      onOpen: () => this.#onOpen(),
      onText: (text) => this.#onText(text),
      onBinary: () => {
        this.#onLife();
        options.receiver.dropped(this, 'binary');
      },
      onLife: () => {
        this.#onLife();
        this.#passed?.();
      },
      onEnd: (end) => this.#onEnd(end),
    });
  }

  get state(): SocketState {
    return this.#state;
  }

  /** Slack may route payloads to it now, for all we know. */
  get serves(): boolean {
    return this.#state.t === 'live' || this.#state.t === 'suspect';
  }

  get opens(): boolean {
    const { t } = this.#state;
    return t === 'fetching_url' || t === 'dialling' || t === 'awaiting_hello';
  }

  /** Envelopes that it brought, that have not been acknowledged, and that Slack still waits for. */
  get inFlight(): number {
    this.#forgetExpired();
    return this.#inFlight.size;
  }

  /** False if the socket cannot send any more; true promises nothing about the peer. */
  send(text: string): boolean {
    return this.#transport.send(text);
  }

  /** Notes that an envelope of this socket has been answered, or never will be. */
  settle(envelopeId: string): void {
    if (!this.#inFlight.delete(envelopeId)) return;
    if (this.#state.t === 'draining' && this.inFlight === 0) this.#sayGoodbye();
  }

  /** Marks a socket that serves as one to be replaced; it goes on serving. The first reason stays. */
  leave(why: LeaveReason): void {
    const state = this.#state;
    if ((state.t === 'live' || state.t === 'suspect') && state.leaving === undefined)
      this.#become({ ...state, leaving: why });
  }

  /** Ends it when its acknowledgements are out; at once if it has not been greeted, or does not answer. */
  drain(why: LeaveReason): void {
    const state = this.#state;
    if (state.t === 'draining' || state.t === 'closed') return;
    this.#ending = { t: 'left', why };
    if (!('hello' in state)) {
      this.#transport.destroy();
      return;
    }
    const { hello, since } = state;
    this.#become({ t: 'draining', hello, since, why, saidGoodbye: false });
    // What a silent socket brought is acknowledged on another one.
    if (state.t === 'suspect' || this.inFlight === 0) this.#sayGoodbye();
    else
      this.#limit = this.#options.clock.setTimer(this.#options.policy.acknowledgeMs, () =>
        this.#sayGoodbye(),
      );
  }

  /** Goes on serving, still to be replaced, if it drains and has not said goodbye: what replaced it is gone. */
  stay(): void {
    const state = this.#state;
    if (state.t !== 'draining' || state.saidGoodbye) return;
    this.#ending = undefined;
    this.#become({ t: 'live', hello: state.hello, since: state.since, leaving: state.why });
  }

  /** Says goodbye now, whatever is in flight. */
  end(why: LeaveReason): void {
    this.drain(why);
    this.#sayGoodbye();
  }

  /**
   * Resolves when everything that Slack had sent when it read a ping of ours has arrived; or when the socket ends, or
   * `signal` aborts.
   */
  async barrier(signal: AbortSignal): Promise<void> {
    if (this.#state.t === 'closed' || signal.aborted || !this.#transport.ping()) return;
    await new Promise<void>((resolve) => {
      this.#passed = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    this.#passed = undefined;
  }

  #sayGoodbye(): void {
    if (this.#state.t === 'draining') this.#become({ ...this.#state, saidGoodbye: true });
    this.#transport.close();
  }

  #onUrl(host: string): void {
    if (this.#state.t !== 'fetching_url') return;
    this.#become({ t: 'dialling', host });
    this.#limitState(this.#options.policy.socket.dialMs, { t: 'timeout', during: 'dialling', host });
  }

  #onOpen(): void {
    if (!this.opens) return;
    this.#become({ t: 'awaiting_hello' });
    this.#limitState(this.#options.policy.socket.helloMs, { t: 'timeout', during: 'awaiting_hello' });
  }

  #onText(text: string): void {
    this.#onLife();
    const frame = parseFrame(text, this.#source);
    switch (frame.t) {
      case 'hello':
        this.#onHello(frame.hello);
        break;
      case 'disconnect':
        this.#onDisconnect(frame);
        break;
      case 'envelope':
        this.#onEnvelope(frame.envelope);
        break;
      case 'unknown':
        this.#options.receiver.dropped(this, 'unknown');
        break;
      case 'bad':
        this.#options.receiver.dropped(this, frame.why);
        break;
    }
  }

  #onHello(hello: Hello): void {
    if (!this.opens) return;
    if (hello.appId !== '' && hello.appId !== this.#options.appId) {
      this.#ending = { t: 'wrong_app', appId: hello.appId };
      this.#transport.close();
      return;
    }
    const { clock, liveness } = this.#options;
    this.#watch = liveness.watch({
      ping: () => void this.#transport.ping(),
      onSilence: () => this.#onSilence(),
    });
    this.#become({ t: 'live', hello, since: clock.monotonic(), leaving: undefined });
  }

  #onDisconnect({ reason, connections }: Extract<Frame, { t: 'disconnect' }>): void {
    if (this.opens) {
      this.#ending = { t: 'turned_away', reason, connections };
      this.#transport.close();
      return;
    }
    this.leave(leaveReasonOfDisconnect(reason));
  }

  #onEnvelope(envelope: Envelope): void {
    // Before the hello nobody knows whose it is. Slack does not do that.
    if (this.opens || this.#state.t === 'closed') return;
    const { clock, policy, receiver } = this.#options;
    this.#forgetExpired();
    this.#inFlight.set(envelope.envelopeId, clock.monotonic() + policy.acknowledgeMs);
    receiver.received(this, envelope);
  }

  #onLife(): void {
    this.#watch?.heard();
    const state = this.#state;
    if (state.t === 'suspect') this.#become({ ...state, t: 'live' });
  }

  #onSilence(): void {
    const state = this.#state;
    if (state.t !== 'live') return;
    this.#become({ ...state, t: 'suspect' });
    this.#limitState(this.#options.policy.socket.silentMs, { t: 'silent' });
  }

  #onEnd(end: TransportEnd): void {
    const state = this.#state;
    if (state.t === 'closed') return;
    this.#watch?.cancel();
    this.#passed?.();
    this.#become({ t: 'closed', reason: this.#ending ?? reasonOfEnd(state, end) });
  }

  /** So that envelopes which nobody acknowledges do not pile up. */
  #forgetExpired(): void {
    const now = this.#options.clock.monotonic();
    for (const [envelopeId, until] of this.#inFlight) {
      if (until > now) break;
      this.#inFlight.delete(envelopeId);
    }
  }

  /** The only assignment of the state. */
  #become(state: SocketState): void {
    const from = this.#state;
    // A mark on a state is not another one: its time limit goes on.
    if (from.t !== state.t) {
      this.#limit?.cancel();
      this.#limit = undefined;
    }
    this.#state = state;
    this.#options.onState(this, from);
  }

  #limitState(delay: number, reason: ClosedReason): void {
    this.#limit = patientTimer(this.#options.clock, delay, () => {
      this.#ending = reason;
      this.#transport.close();
    });
  }
}
