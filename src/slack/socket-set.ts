import type { SlackSocket } from './socket.js';
import type { AppToken } from './token-choice.js';

/** How many of our sockets are in a count of Slack's. */
export interface OwnSockets {
  readonly surely: number;
  readonly perhaps: number;
}

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
