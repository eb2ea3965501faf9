import type { Acknowledger } from './acknowledger.js';
import { URGENCY, type LimiterWait, type Urgency } from './open-limiter.js';
import type { SocketPlace } from './places.js';
import type { PoolContext } from './pool-context.js';
import type { SocketSet } from './socket-set.js';
import { SlackSocket, type SocketOptions } from './socket.js';
import type { TokenChoice } from './token-choice.js';
import type { Traffic } from './traffic.js';
import type { OpenBackoff } from './open-backoff.js';

export interface OpenerOptions {
  readonly appId: string;
  readonly context: PoolContext;
  readonly socketSet: SocketSet;
  readonly tokens: TokenChoice;
  readonly backoff: OpenBackoff;
  readonly onState: SocketOptions['onState'];
  readonly traffic: Traffic;
  readonly acknowledger: Acknowledger;
  /** A socket was opened, or is not wanted any more. */
  readonly onChange: () => void;
}

/** Opens the sockets of one app: one at a time unless the one before takes long, and when the limiter lets it. */
export class Opener {
  readonly #options: OpenerOptions;
  #lastOpening = -Infinity;
  #placeless = -Infinity;
  #asking: { readonly urgency: Urgency; readonly abort: AbortController } | undefined;
  #stopped = false;

  constructor(options: OpenerOptions) {
    this.#options = options;
  }

  /** Monotonic time from which the next socket may be opened although one is still opening. */
  get staggeredUntil(): number {
    const { socketSet, context } = this.#options;
    const { staggerMs } = context.policy.pool;
    return socketSet.opening().length > 0 ? this.#lastOpening + staggerMs : -Infinity;
  }

  /** Monotonic time from which a place for the next socket is looked for again; in the past if one was found. */
  get placelessUntil(): number {
    return this.#placeless;
  }

  /** What the next socket waits for, apart from the backoff after failures. */
  get wait(): LimiterWait | undefined {
    return this.#asking === undefined ? undefined : this.#options.context.limiter.waitOf(this.#options.appId);
  }

  /** Asks for permission to open a socket if one is due, or withdraws the question. */
  update(): void {
    const urgency = this.#due() ? this.#urgency() : undefined;
    if (this.#asking !== undefined) {
      if (this.#asking.urgency === urgency) return;
      this.#asking.abort.abort();
      this.#asking = undefined;
    }
    if (urgency === undefined) return;
    const asking = { urgency, abort: new AbortController() };
    this.#asking = asking;
    const { appId, context } = this.#options;
    context.background.run('asking to open a socket', async () => {
      const granted = await context.limiter.acquire(appId, urgency, asking.abort.signal).then(
        () => true,
        () => false,
      );
      if (granted) await this.#openInPlace(urgency === URGENCY.probe);
      if (this.#asking === asking) this.#asking = undefined;
      if (granted) this.#options.onChange();
    });
  }

  async #openInPlace(isProbe: boolean): Promise<void> {
    const { appId, socketSet, context, tokens } = this.#options;
    const { clock, limiter, places, policy } = context;
    const isReplacement = socketSet.leaving(tokens.chosen()).length > 0;
    const isSpare = !isReplacement && socketSet.size >= places.share(appId).sockets;
    let opened: SlackSocket | undefined;
    const place = this.#due() ? await places.take(appId, isSpare, () => opened?.end('surplus')) : undefined;
    if (place !== undefined && this.#due()) opened = this.#open(place);
    if (opened !== undefined) return;
    if (place === undefined && this.#due()) this.#placeless = clock.monotonic() + policy.pool.placeMs;
    place?.free();
    limiter.refund(appId, isProbe);
  }

  /** Opens nothing more. */
  stop(): void {
    this.#stopped = true;
    this.#asking?.abort.abort();
    this.#asking = undefined;
  }

  /** Whether another socket is wanted and may be opened now. */
  #due(): boolean {
    const { socketSet, context, tokens, traffic, backoff } = this.#options;
    const { clock, policy } = context;
    const chosen = tokens.chosen();
    if (this.#stopped || chosen === undefined) return false;
    const now = clock.monotonic();
    if (now < backoff.retryAt || now < this.staggeredUntil || now < this.#placeless) return false;
    const disabled = backoff.state.t === 'disabled';
    if (socketSet.good(chosen).length + socketSet.opening().length >= (disabled ? 1 : traffic.wanted))
      return false;
    return socketSet.size < policy.pool.budget;
  }

  #urgency(): Urgency {
    const { appId, socketSet, context, tokens } = this.#options;
    const chosen = tokens.chosen();
    if (chosen !== undefined && tokens.wasRefused(chosen.token)) return URGENCY.probe;
    const states = socketSet.all().map(({ state }) => state);
    if (!states.some(({ t }) => t === 'live'))
      return context.places.others(appId).live > 0 ? URGENCY.replacement : URGENCY.noSocket;
    const leaving = states.flatMap((state) => (state.t === 'live' ? [state.leaving] : []));
    if (leaving.includes('announced')) return URGENCY.announced;
    const losing = leaving.includes('acks_lost') || states.some(({ t }) => t === 'suspect');
    return losing ? URGENCY.replacement : URGENCY.spare;
  }

  #open(place: SocketPlace): SlackSocket | undefined {
    const { acknowledger, appId, onState, socketSet, context, tokens, traffic } = this.#options;
    const token = tokens.chosen();
    if (token === undefined) return undefined;
    const { clock, liveness, openTransport, policy } = context;
    this.#lastOpening = clock.monotonic();
    const id = context.newSocketId();
    const dependencies = { openTransport, clock, liveness, policy, acknowledger };
    const socket = new SlackSocket({ id, appId, token, place, onState, receiver: traffic, ...dependencies });
    socketSet.add(socket);
    return socket;
  }
}
