import type { WebSocket } from 'ws';
import { Channel } from '../../../core/channel.js';
import type { Clock, Timer } from '../../../core/clock.js';
import type { JsonObject } from '../../../core/json.js';
import type { Drip, Line } from './line.js';
import type { Endpoint } from './endpoint.js';
import type { SocketState, SocketTrouble } from './socket-state.js';

/** What a socket needs from the rest of the scripted Slack. */
export interface LinkSocketPorts {
  readonly clock: Clock;
  /** Milliseconds between Slack's pings; 0 sends none. */
  readonly pingEvery: number;
  /** How long a path that fell silent, or broke without a close frame, stays registered, in milliseconds. */
  readonly ghostFor: { readonly frozen: number; readonly dropped: number };
  readonly onText: (socket: LinkSocket, text: string) => void;
  /** It is not registered any more. */
  readonly onGone: (socket: LinkSocket) => void;
}

/** From Slack's `warning` to its closing the socket. */
const WARNING_TO_CLOSE = 10_000;
/** Compressing takes longer than anything else that is done for a frame. */
const PLAIN = { compress: false };
/** The longest payload of a control frame (RFC 6455, 5.5). */
const CONTROL_LIMIT = 125;

/** Slack's end of one WebSocket, with every way in which it can go wrong. */
export class LinkSocket implements Endpoint {
  readonly openedAt: number;
  /** Frames of each kind that came from the other side. */
  readonly received = { texts: 0, pings: 0, pongs: 0 };
  /** Its state has changed. */
  readonly changed = new Channel<SocketState>();
  #state: SocketState = { t: 'dialled' };
  #trouble: SocketTrouble | undefined;
  #mutePongs = false;
  readonly #timers = new Set<Timer>();

  constructor(
    readonly id: string,
    readonly appId: string,
    /** The app-level token that opened it. */
    readonly token: string,
    /** Such as `applink-3`. */
    readonly host: string,
    private readonly ws: WebSocket,
    private readonly line: Line,
    private readonly ports: LinkSocketPorts,
  ) {
    this.openedAt = ports.clock.now();
    ws.on('message', (data: Buffer) => {
      this.received.texts += 1;
      if (this.#trouble?.t !== 'deaf') ports.onText(this, data.toString('utf8'));
    });
    ws.on('ping', (data) => {
      this.received.pings += 1;
      if (!this.#mutePongs) this.#pong(data);
    });
    ws.on('pong', () => {
      this.received.pongs += 1;
    });
    ws.on('error', () => undefined);
    ws.on('close', () => this.dropped());
  }

  get state(): SocketState {
    return this.#state;
  }

  get trouble(): SocketTrouble | undefined {
    return this.#trouble;
  }

  /** Whether it counts in `num_connections` and gets payloads. */
  get registered(): boolean {
    return this.#state.t === 'open' || this.#state.t === 'ghost';
  }

  /** Says hello and begins to ping; warns and closes by itself when `lifetime` milliseconds are over. */
  open(hello: JsonObject, lifetime: number): void {
    this.#become({ t: 'open' });
    this.sendText(JSON.stringify(hello));
    if (this.ports.pingEvery > 0) this.#pingLater();
    this.#later(Math.max(0, lifetime - WARNING_TO_CLOSE), () => this.warn());
  }

  /** Any text at all, as one frame. */
  sendText(text: string): void {
    this.ws.send(text, PLAIN);
  }

  /** A text as one compressed frame (RFC 7692), if the client has offered to read such. */
  sendPacked(text: string): void {
    this.ws.send(text, { compress: true });
  }

  /** A text that leaves together with others of the same turn of the event loop. */
  sendTextGathered(text: string): void {
    this.line.gather();
    this.ws.send(text, PLAIN);
  }

  /** A binary frame, which Slack never sends. */
  sendBinary(bytes: Uint8Array): void {
    this.ws.send(bytes, { ...PLAIN, binary: true });
  }

  /** A `disconnect` frame with any reason; with `closeAfter`, the close handshake that many milliseconds later. */
  disconnect(reason: string, closeAfter?: number, more: JsonObject = {}): void {
    this.sendText(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: this.host }, ...more }));
    if (closeAfter === undefined) return;
    if (closeAfter === 0) this.close(1000, reason);
    else this.#later(closeAfter, () => this.close(1000, reason));
  }

  /** Slack's usual refresh: a warning, ten seconds, close. */
  warn(): void {
    this.disconnect('warning', WARNING_TO_CLOSE);
  }

  /** A refresh without a warning: the frame, and close at once. */
  refresh(): void {
    this.disconnect('refresh_requested', 0);
  }

  /** Begins the close handshake; the TCP connection stays open for the other side to close. */
  close(code = 1000, why = 'closed by Slack'): void {
    if (this.#state.t === 'closing' || this.#state.t === 'closed') return;
    this.#become({ t: 'closing', why });
    this.ws.close(code);
  }

  /** The path falls silent, both ways, and nobody is told (half-open). Slack goes on routing to it for a while. */
  freeze(): void {
    this.#trouble = { t: 'frozen', since: this.ports.clock.now() };
    this.line.freeze();
    this.ws.pause();
    this.#later(this.ports.ghostFor.frozen, () => {
      if (this.#trouble?.t === 'frozen') this.destroy('silent for too long');
    });
  }

  /** Ends `freeze`, `drip` and `swallow`: what was held back arrives. */
  thaw(): void {
    const before = this.#trouble;
    this.#trouble = undefined;
    if (before?.t === 'frozen') this.ws.resume();
    this.line.thaw();
  }

  /** Frames arrive there, but nothing that comes back is heard: acknowledgements fall into a black hole. */
  swallow(): void {
    this.#trouble = { t: 'deaf', since: this.ports.clock.now() };
  }

  /** Slack's bytes trickle (slow-loris). */
  drip(drip: Drip): void {
    this.#trouble = { t: 'dripping', since: this.ports.clock.now() };
    this.line.drip(drip);
  }

  /** No more answers to pings. */
  mutePongs(): void {
    this.#mutePongs = true;
  }

  /** A TCP reset. */
  reset(): void {
    this.line.reset();
  }

  /** Ends everything at once, with no trace at Slack. */
  destroy(why = 'destroyed'): void {
    this.#become({ t: 'closed', why });
    this.line.destroy();
  }

  /** The close handshake has been completed, by whichever side began it. */
  handshakeEnded(): void {
    this.#become({
      t: 'closed',
      why: this.#state.t === 'closing' ? this.#state.why : 'closed by the client',
    });
  }

  /** The connection broke, or the other side sent a FIN without a close frame. */
  dropped(): void {
    if (this.#state.t === 'ghost') return;
    if (!this.registered || this.ports.ghostFor.dropped === 0) {
      this.#become({ t: 'closed', why: 'the connection broke' });
      return;
    }
    this.#trouble = { t: 'ghost', since: this.ports.clock.now() };
    this.#become({ t: 'ghost' });
    this.#later(this.ports.ghostFor.dropped, () =>
      this.#become({ t: 'closed', why: 'the connection broke' }),
    );
  }

  #become(state: SocketState): void {
    if (this.#state.t === 'closed') return;
    const wasRegistered = this.registered;
    this.#state = state;
    if (state.t === 'closing' || state.t === 'closed') {
      for (const timer of this.#timers) timer.cancel();
      this.#timers.clear();
      if (wasRegistered) this.ports.onGone(this);
    }
    this.changed.emit(state);
  }

  #later(delay: number, ring: () => void): void {
    const timer = this.ports.clock.setTimer(delay, () => {
      this.#timers.delete(timer);
      ring();
    });
    this.#timers.add(timer);
  }

  #pingLater(): void {
    this.#later(this.ports.pingEvery, () => {
      this.ws.ping(`Ping from ${this.host}`);
      this.#pingLater();
    });
  }

  /** Slack appends the time to what it was sent. */
  #pong(data: Buffer): void {
    const stamped = Buffer.concat([data, Buffer.from(`:${Math.floor(this.ports.clock.now() / 1000)}`)]);
    this.ws.pong(stamped.subarray(0, CONTROL_LIMIT));
  }
}
