import type { Channel } from '../../src/core/channel.js';
import type { Clock } from '../../src/core/clock.js';
import type { SlackApp } from '../../src/sim/slack/directory/entities.js';
import type { LinkSocket } from '../../src/sim/slack/link/link-socket.js';
import type { ScriptedSlack } from '../../src/sim/slack/scripted-slack.js';
import type { Acknowledged, Envelope } from '../../src/slack/envelope.js';
import type { SocketEvent } from '../../src/slack/events.js';
import type { SocketStateName } from '../../src/slack/socket-state.js';

/** An envelope that arrived, and what became of its acknowledgement. */
export interface Receipt {
  readonly at: number;
  readonly socketId: string;
  /** When its receiver had it acknowledged. */
  answeredAt: number;
  how: Acknowledged | undefined;
}

/** Something that Slack or the network did to one of Slack's sockets. */
export interface Incident {
  readonly at: number;
  readonly socketId: string;
  /** It ended, and the client could see that; or the path fell silent; or became very slow. */
  readonly how: 'ended' | 'silent' | 'slow';
}

/** A time in which the app had no socket at Slack that worked; `ours` if we had closed the last one. */
export interface Deafness {
  readonly from: number;
  to: number;
  readonly ours: boolean;
}

/** A socket of ours entered a state. */
export interface Change {
  readonly at: number;
  readonly socketId: string;
  readonly to: SocketStateName;
  readonly why: string;
}

/** Sockets of an app that is not wanted any more are closed within this. */
const LEAVING_MS = 5_000;

/** Why Slack's end of a socket is closed without Slack's doing; Slack itself may give any other reason, an empty one too. */
const NOT_BY_SLACK: ReadonlySet<string> = new Set(['closed by the client', 'the connection broke']);

/** Keeps the record of one run, and lets it wait. All times are of the world's clock. */
export class SocketsWatch {
  /** When the app's sockets were no longer asked for. */
  readonly #unwantedAt: number[] = [];
  /** By envelope id; of duplicates, the first. */
  readonly receipts = new Map<string, Receipt>();
  readonly incidents: Incident[] = [];
  readonly deafness: Deafness[] = [];
  readonly changes: Change[] = [];
  readonly #clock: Clock;
  readonly #slack: ScriptedSlack;
  readonly #app: SlackApp;
  readonly #waiting = new Set<() => void>();
  readonly #unsubscribe: (() => void)[];

  constructor(clock: Clock, slack: ScriptedSlack, app: SlackApp, events: Channel<SocketEvent>) {
    this.#clock = clock;
    this.#slack = slack;
    this.#app = app;
    this.#unsubscribe = [
      events.subscribe((event) => {
        if (event.t === 'socket_state') this.changes.push({ ...event, at: clock.now() });
        this.#look();
      }),
      slack.onSocketChange((socket) => this.#onSocket(socket)),
      slack.ledger.subscribe(() => this.#look()),
    ];
  }

  /** To be called when the app's sockets are not asked for any more. */
  unwanted(): void {
    this.#unwantedAt.push(this.#clock.now());
  }

  /** Whether sockets that nobody asks for any more may be closing at that time. */
  isLeaving(at: number): boolean {
    return this.#unwantedAt.some((since) => since <= at && at <= since + LEAVING_MS);
  }

  received(envelope: Envelope): Receipt {
    const receipt: Receipt = {
      at: this.#clock.now(),
      socketId: envelope.socketId,
      answeredAt: Infinity,
      how: undefined,
    };
    if (!this.receipts.has(envelope.envelopeId)) this.receipts.set(envelope.envelopeId, receipt);
    return receipt;
  }

  /** To be called with whatever is done to a socket, before it is done. */
  incident(socket: LinkSocket, how: Incident['how']): void {
    this.incidents.push({ at: this.#clock.now(), socketId: socket.id, how });
  }

  /** To be called after an incident that changes no state of a socket. */
  judge(): void {
    this.#judge(false);
  }

  /** Resolves when `condition` holds; rejects after `limit` milliseconds of the world. */
  until(condition: () => boolean, what: string, limit: number): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        timer.cancel();
        this.#waiting.delete(look);
      };
      const timer = this.#clock.setTimer(limit, () => {
        leave();
        reject(new Error(`did not happen within ${limit} ms: ${what}`));
      });
      const look = (): void => {
        if (!condition()) return;
        leave();
        resolve();
      };
      this.#waiting.add(look);
      // Not everything that is waited for announces itself.
      const again = (): void => {
        if (!this.#waiting.has(look)) return;
        look();
        this.#clock.setTimer(50, again);
      };
      again();
    });
  }

  /** The next socket of ours that enters `state`. */
  async untilState(state: SocketStateName, limit: number): Promise<string> {
    const seen = this.changes.length;
    const found = (): string | undefined => this.changes.slice(seen).find(({ to }) => to === state)?.socketId;
    await this.until(() => found() !== undefined, `a socket is ${state}`, limit);
    return found() ?? '';
  }

  stop(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#judge(false);
  }

  #onSocket(socket: LinkSocket): void {
    const { state } = socket;
    const over = state.t === 'closing' || state.t === 'closed' || state.t === 'ghost';
    // A connection that broke has an incident already, or was destroyed by us; a ghost gives no reason.
    const bySlack = 'why' in state && !NOT_BY_SLACK.has(state.why);
    if (bySlack) this.incident(socket, 'ended');
    const known = this.incidents.some(({ socketId }) => socketId === socket.id);
    this.#judge(over && !known);
    this.#look();
  }

  #judge(byUs: boolean): void {
    const works = this.#slack.sockets(this.#app).some(({ trouble }) => trouble === undefined);
    const last = this.deafness.at(-1);
    const deaf = last?.to === Infinity;
    if (works === !deaf) return;
    const now = this.#clock.now();
    if (deaf) last.to = now;
    else if (this.changes.length > 0)
      this.deafness.push({ from: now, to: Infinity, ours: byUs && !this.isLeaving(now) });
  }

  #look(): void {
    for (const look of [...this.#waiting]) look();
  }
}
