import type { Timer } from '../core/clock.js';
import { Acknowledger } from './acknowledger.js';
import { Drain } from './drain.js';
import type { TokenPlace } from './errors.js';
import { ForeignSockets } from './foreign-sockets.js';
import { OpenOutcomes } from './open-outcomes.js';
import { Opener } from './opener.js';
import type { PoolContext } from './pool-context.js';
import { Replacement } from './replacement.js';
import { SocketSet } from './socket-set.js';
import { closedText, type ClosedReason, type SocketState } from './socket-state.js';
import type { SlackSocket } from './socket.js';
import { poolStatus, Waiting, type AppSocketsStatus, type SocketFacts } from './status.js';
import { TokenChoice, type AppToken } from './token-choice.js';
import { Traffic } from './traffic.js';
import { OpenBackoff } from './open-backoff.js';

/**
 * The sockets of one app: opens them, replaces each before it goes, and closes the old one only when the new one has been
 * greeted. Whatever happens, `#step` compares what is there with what is wanted and does the next thing; it keeps no plan.
 */
export class AppPool {
  readonly #appId: string;
  readonly #context: PoolContext;
  readonly #place: TokenPlace;
  readonly #socketSet = new SocketSet();
  readonly #tokens: TokenChoice;
  readonly #backoff: OpenBackoff;
  readonly #foreign: ForeignSockets;
  readonly #acknowledger: Acknowledger;
  readonly #traffic: Traffic;
  readonly #replacement: Replacement;
  readonly #opener: Opener;
  readonly #drain: Drain;
  readonly #outcomes: OpenOutcomes;
  readonly #waiting: Waiting;
  #timer: Timer | undefined;
  #stepping = false;
  #statusKey = '';
  #stopping: Promise<void> | undefined;

  constructor(appId: string, context: PoolContext) {
    const { clock, random, policy } = context;
    this.#appId = appId;
    this.#context = context;
    this.#place = { kind: 'app', appId, site: context.site };
    this.#tokens = new TokenChoice({
      place: this.#place,
      clock,
      random,
      probe: policy.pool.probe,
      isServed: (token) => this.#socketSet.good(token).length >= this.#traffic.wanted,
    });
    this.#backoff = new OpenBackoff(clock, random, policy.pool);
    this.#outcomes = new OpenOutcomes({ appId, context, tokens: this.#tokens, backoff: this.#backoff });
    this.#foreign = new ForeignSockets({
      ...{ appId, context, socketSet: this.#socketSet },
      onRecount: () => this.#step(),
    });
    this.#waiting = new Waiting(clock);
    this.#acknowledger = new Acknowledger(
      clock,
      this.#socketSet,
      policy.acknowledgeMs,
      (envelope, how) => {
        this.#traffic.acknowledged(envelope, how);
        this.#drain.progress();
      },
      () => context.liveSocket(appId),
      (text) => context.places.relay(appId, text),
    );
    this.#traffic = new Traffic({
      appId,
      clock,
      policy,
      socketSet: this.#socketSet,
      share: () => context.places.share(appId),
      events: context.events,
      onEnvelope: context.onEnvelope,
      foreign: () => this.#foreign.count,
      onResize: () => this.#step(),
    });
    this.#replacement = new Replacement({
      ...{ context, socketSet: this.#socketSet, tokens: this.#tokens },
      ...{ backoff: this.#backoff, traffic: this.#traffic },
    });
    this.#drain = new Drain({
      clock,
      socketSet: this.#socketSet,
      acknowledger: this.#acknowledger,
      limitMs: policy.acknowledgeMs,
      canRelay: () => context.places.others(appId).live > 0,
      onLast: () => this.#traffic.stop(),
    });
    this.#opener = new Opener({
      appId,
      context,
      socketSet: this.#socketSet,
      tokens: this.#tokens,
      backoff: this.#backoff,
      onChange: () => this.#step(),
      acknowledger: this.#acknowledger,
      traffic: this.#traffic,
      onState: (socket, from) => this.#onState(socket, from),
    });
  }

  setTokens(tokens: readonly AppToken[]): void {
    this.#tokens.replace(tokens);
    if (tokens.some(({ isProven }) => isProven === true)) this.#context.limiter.establish(this.#appId);
    this.#step();
  }

  /** This process stood still for a while. */
  wake(): void {
    this.#replacement.woke();
    this.#step();
  }

  /** A socket on which something can be sent with good hope. */
  get sender(): SlackSocket | undefined {
    return this.#socketSet.sender();
  }

  get status(): AppSocketsStatus {
    // A try of a refused token, which the others do not wait for, is no matter of the status.
    const usable = this.#tokens.usable();
    const sockets = this.#socketSet.all();
    const good = this.#socketSet.good(usable).length;
    const { wanted } = this.#traffic;
    const now = this.#context.clock.monotonic();
    const { state, retryAt } = this.#backoff;
    return poolStatus({
      place: this.#place,
      wait: this.#waiting.current(this.#opener.wait),
      live: sockets.filter(({ state }) => state.t === 'live').length,
      good,
      suspect: sockets.filter(({ state }) => state.t === 'suspect').length,
      wanted,
      foreign: this.#foreign.count,
      wasLive: this.#outcomes.wasLive,
      answered: this.#outcomes.answered,
      backoff: state,
      tokens: this.#tokens.verdicts(),
      refusal: this.#tokens.refusal(),
      usable: usable !== undefined,
      isAtLimit: state.t === 'at_limit' && (good < wanted || now < retryAt),
      isPlaceless: this.#opener.placelessUntil > now,
    });
  }

  /** The sockets that are not closed, the oldest first. */
  list(): SocketFacts[] {
    const now = this.#context.clock.monotonic();
    return this.#socketSet
      .all()
      .map(({ id, state, openedAt, renewal, inFlight }) => ({
        ...{ id, state: state.t, ageMs: now - openedAt, inFlight },
        renewsInMs: renewal.at === Infinity ? undefined : Math.max(0, renewal.at - now),
      }))
      .sort((left, right) => right.ageMs - left.ageMs);
  }

  /** Opens nothing more, waits for acknowledgements that are due (at most Slack's 3 s), and closes every socket. */
  stop(): Promise<void> {
    if (this.#stopping === undefined) {
      this.#timer?.cancel();
      this.#opener.stop();
      this.#stopping = Promise.resolve().then(() => this.#drain.close());
    }
    return this.#stopping;
  }

  /** Does what is to be done next. Called after every change; a call from within one is folded into it. */
  #step(): void {
    if (this.#stepping || this.#stopping !== undefined) return;
    this.#stepping = true;
    // What falls due between here and `#arm` would otherwise be neither done nor waited for.
    const now = this.#context.clock.monotonic();
    try {
      this.#noteStable();
      this.#replacement.update();
      this.#opener.update();
      this.#arm(now);
    } finally {
      this.#stepping = false;
    }
    this.#tellStatus();
  }

  /** Rings when something falls due, after `since`, that no event announces. */
  #arm(since: number): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const { clock, policy } = this.#context;
    const times = [this.#backoff.retryAt, this.#tokens.nextProbe(since)];
    times.push(this.#opener.staggeredUntil, this.#opener.placelessUntil);
    for (const { state, renewal } of this.#socketSet.all())
      if (state.t === 'live') times.push(renewal.at, state.since + policy.pool.stableMs);
    const next = Math.min(...times.filter((at) => at > since));
    if (next === Infinity) return;
    this.#timer = clock.setTimer(next - clock.monotonic(), () => this.#step());
  }

  #noteStable(): void {
    const before = this.#context.clock.monotonic() - this.#context.policy.pool.stableMs;
    for (const { state } of this.#socketSet.all())
      if (state.t === 'live' && state.since <= before) this.#backoff.stable(state.since);
  }

  #onState(socket: SlackSocket, from: SocketState): void {
    const { state } = socket;
    socket.place.setLive(state.t === 'live');
    if (state.t === 'live' && from.t === 'awaiting_hello') {
      this.#outcomes.greeted(socket);
      this.#replacement.greeted(socket, state.hello, state.since);
      this.#foreign.greeted(socket, state.hello, state.since);
    }
    if (state.t === 'live' && from.t !== 'live') this.#acknowledger.onLive();
    // What Slack said is news once, not again when the socket comes back from suspicion or from draining.
    if (state.t === 'live' && from.t === 'live') this.#outcomes.leaving(socket, state.leaving, state.since);
    if (state.t === 'suspect' && from.t === 'live') this.#acknowledger.onUnreliable(socket);
    if (state.t === 'closed') this.#onClosed(socket, state.reason, from);
    if (state.t !== from.t)
      this.#context.events.emit({
        t: 'socket_state',
        appId: this.#appId,
        socketId: socket.id,
        from: from.t,
        to: state.t,
        why: state.t === 'closed' ? closedText(state.reason) : state.t === 'draining' ? state.why : '',
      });
    this.#step();
  }

  #onClosed(socket: SlackSocket, reason: ClosedReason, from: SocketState): void {
    this.#socketSet.remove(socket);
    socket.place.free();
    this.#traffic.closed(socket.id);
    if (from.t !== 'fetching_url' && from.t !== 'dialling') this.#foreign.closed();
    if (reason.t === 'ended' || reason.t === 'silent') this.#acknowledger.onUnreliable(socket);
    else this.#acknowledger.forget(socket);
    this.#outcomes.closed(socket, reason, from);
    if (reason.t === 'failed')
      this.#context.events.emit({ t: 'open_failed', appId: this.#appId, failure: reason.failure });
    this.#drain.progress();
  }

  #tellStatus(): void {
    const status = this.status;
    // The time of the next try is computed anew each time, and moves by a millisecond.
    const key = JSON.stringify(status, (name, value: unknown) => (name === 'probeAt' ? undefined : value));
    if (key === this.#statusKey) return;
    this.#statusKey = key;
    this.#context.events.emit({ t: 'status_changed', appId: this.#appId, status });
  }
}
