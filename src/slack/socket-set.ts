import type { Clock } from '../core/clock.js';
import type { Random } from '../core/random.js';
import type { SocketPolicy } from './policy.js';
import type { LeaveReason } from './socket-state.js';
import type { SlackSocket } from './socket.js';
import type { AppToken } from './token-choice.js';

/** The sockets of one app that are not closed, sorted by what they are good for. */
export class SocketSet {
  readonly #sockets = new Map<string, SlackSocket>();
  /** Closed ones whose envelopes still await an acknowledgement, on another socket. */
  readonly #departed = new Map<string, SlackSocket>();

  add(socket: SlackSocket): void {
    this.#sockets.set(socket.id, socket);
  }

  remove(socket: SlackSocket): void {
    this.#sockets.delete(socket.id);
    if (socket.inFlight > 0) this.#departed.set(socket.id, socket);
  }

  /** Also one that is closed, while something that it brought awaits its acknowledgement. */
  get(id: string): SlackSocket | undefined {
    return this.#sockets.get(id) ?? this.#departed.get(id);
  }

  get size(): number {
    return this.#sockets.size;
  }

  all(): SlackSocket[] {
    return [...this.#sockets.values()];
  }

  /** Live, answering, to stay, and opened with `token`; with any token if there is none to use. Soonest renewal first. */
  good(token: AppToken | undefined): SlackSocket[] {
    return this.all()
      .filter((socket) => isGood(socket, token))
      .sort((a, b) => a.renewal.at - b.renewal.at);
  }

  /** Serving, but to be replaced; the one that can be missed most comes first. */
  leaving(token: AppToken | undefined): SlackSocket[] {
    return this.all()
      .filter((socket) => socket.serves && !isGood(socket, token))
      .sort((a, b) => worth(a) - worth(b));
  }

  /** On their way to be live. */
  opening(): SlackSocket[] {
    return this.all().filter((socket) => socket.opens);
  }

  /** Slack has these on its books, for all we know. */
  registered(): SlackSocket[] {
    return this.all().filter(({ state }) => state.t !== 'fetching_url' && state.t !== 'dialling');
  }

  /**
   * How many of ours Slack counted for the hello of `greeted`: surely itself and those that were greeted before it was
   * opened, perhaps all that have reached Slack.
   */
  countedFor(greeted: SlackSocket): OwnSockets {
    const surely = this.all().filter(
      (socket) =>
        socket === greeted ||
        (socket.serves && 'since' in socket.state && socket.state.since < greeted.openedAt),
    );
    return { surely: surely.length, perhaps: this.registered().length };
  }

  /** A socket on which something can be sent with good hope, other than `but`. */
  sender(but?: SlackSocket): SlackSocket | undefined {
    const live = this.all().filter((socket) => socket !== but && socket.state.t === 'live');
    return live.find(({ state }) => 'leaving' in state && state.leaving === undefined) ?? live[0];
  }

  /** Envelopes of all sockets, of closed ones too, that await their acknowledgement. */
  get inFlight(): number {
    let sum = 0;
    for (const [id, { inFlight }] of this.#departed) {
      sum += inFlight;
      if (inFlight === 0) this.#departed.delete(id);
    }
    for (const socket of this.#sockets.values()) sum += socket.inFlight;
    return sum;
  }
}

function isGood({ state, token }: SlackSocket, wanted: AppToken | undefined): boolean {
  return (
    state.t === 'live' &&
    state.leaving === undefined &&
    (wanted === undefined || wanted.token === token.token)
  );
}

function worth({ state }: SlackSocket): number {
  if (state.t === 'suspect') return 0;
  if (state.t !== 'live') return 4;
  if (state.leaving === undefined || state.leaving === 'token') return 3;
  return state.leaving === 'age' || state.leaving === 'woke' || state.leaving === 'surplus' ? 2 : 1;
}

/** Why a socket that serves is to be replaced. */
export function leaveReasonOf({ state }: SlackSocket): LeaveReason {
  if (state.t === 'suspect') return 'silent';
  return state.t === 'live' && state.leaving !== undefined ? state.leaving : 'token';
}

// Slack's own count lags behind a close by some seconds.
const LAG_MS = 10_000;

/** How many of our sockets are in a count of Slack's. */
export interface OwnSockets {
  readonly surely: number;
  readonly perhaps: number;
}

/** How many sockets Slack counts for an app beyond ours, as of the last hello. */
export class GhostCount {
  readonly #clock: Clock;
  /** When sockets that Slack knew were closed, oldest first. */
  #closedAt: number[] = [];
  #ghosts = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get ghosts(): number {
    return this.#ghosts;
  }

  closed(): void {
    this.#recent();
    this.#closedAt.push(this.#clock.monotonic());
  }

  /**
   * Slack said how many it counts, ours among them. True if the number of ghosts changed. Sockets on their way, and
   * those that were closed just now, may be counted or not: within that doubt the number stays what it was.
   */
  counted(connections: number, { surely, perhaps }: OwnSockets): boolean {
    const before = this.#ghosts;
    const most = Math.max(0, connections - surely);
    const least = Math.max(0, connections - perhaps - this.#recent());
    this.#ghosts = Math.min(most, Math.max(least, before));
    return this.#ghosts !== before;
  }

  #recent(): number {
    const since = this.#clock.monotonic() - LAG_MS;
    this.#closedAt = this.#closedAt.filter((at) => at > since);
    return this.#closedAt.length;
  }
}

// Enough to find a place far from seven siblings most of the time, few enough to cost nothing.
const CANDIDATES = 8;

/**
 * When a socket that was greeted `now` is to be renewed: before the lifetime that Slack announced, at an age drawn at random,
 * so that apps do not renew together, and as far as possible from the times of its siblings, so that two sockets of one
 * app never go together. All times are milliseconds of the monotonic clock.
 */
export function renewalTime(
  now: number,
  lifetimeMs: number,
  siblings: readonly number[],
  policy: Pick<SocketPolicy['pool'], 'renewFrom' | 'renewTo'>,
  random: Random,
): number {
  let best = { at: now, distance: -1 };
  for (let n = 0; n < CANDIDATES; n++) {
    const fraction = policy.renewFrom + (policy.renewTo - policy.renewFrom) * random();
    const at = now + lifetimeMs * fraction;
    const distance = Math.min(lifetimeMs, ...siblings.map((other) => Math.abs(other - at)));
    if (distance > best.distance) best = { at, distance };
  }
  return best.at;
}
