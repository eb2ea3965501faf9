import type { Timer } from '../core/clock.js';
import { Acknowledger } from './acknowledger.js';
import { Drain } from './drain.js';
import type { Hello } from './envelope.js';
import { OpenOutcomes } from './open-outcomes.js';
import { Opener, type PoolSurroundings } from './opener.js';
import { GhostCount, leaveReasonOf, renewalTime, SocketSet } from './socket-set.js';
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
  readonly #in: PoolSurroundings;
  readonly #socketSet = new SocketSet();
  readonly #tokens: TokenChoice;
  readonly #backoff: OpenBackoff;
  readonly #ghosts: GhostCount;
  readonly #acknowledger: Acknowledger;
  readonly #traffic: Traffic;
  readonly #opener: Opener;
  readonly #drain: Drain;
  readonly #outcomes: OpenOutcomes;
  readonly #waiting: Waiting;
  #timer: Timer | undefined;
  #stepping = false;
  #statusKey = '';
  #stopping: Promise<void> | undefined;

  constructor(appId: string, surroundings: PoolSurroundings) {
    const { clock, random, policy } = surroundings;
    this.#appId = appId;
    this.#in = surroundings;
    this.#tokens = new TokenChoice({
      clock,
      random,
      probe: policy.pool.probe,
      isServed: (token) => this.#socketSet.good(token).length >= this.#traffic.wanted,
    });
    this.#backoff = new OpenBackoff(clock, random, policy.pool);
    this.#outcomes = new OpenOutcomes({ appId, surroundings, tokens: this.#tokens, backoff: this.#backoff });
    this.#ghosts = new GhostCount(clock);
    this.#waiting = new Waiting(clock);
    this.#acknowledger = new Acknowledger(
      clock,
      this.#socketSet,
      policy.acknowledgeMs,
      (envelope, how) => {
        this.#traffic.acknowledged(envelope, how);
        this.#drain.progress();
      },
      () => surroundings.liveSocket(appId),
    );
    this.#traffic = new Traffic({
      appId,
      clock,
      policy,
      socketSet: this.#socketSet,
      share: () => surroundings.places.share(appId),
      events: surroundings.events,
      onEnvelope: surroundings.onEnvelope,
      ghosts: () => this.#ghosts.ghosts,
      onResize: () => this.#step(),
    });
    this.#drain = new Drain({
      clock,
      socketSet: this.#socketSet,
      acknowledger: this.#acknowledger,
      limitMs: policy.acknowledgeMs,
      onLast: () => this.#traffic.stop(),
    });
    this.#opener = new Opener({
      appId,
      surroundings,
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
    if (tokens.some(({ isProven }) => isProven === true)) this.#in.limiter.establish(this.#appId);
    this.#step();
  }

  /** We stood still, and Slack may have given up any socket: all are renewed, one after the other. */
  wake(): void {
    const { clock, random, policy } = this.#in;
    for (const socket of this.#socketSet.all())
      socket.renewal = { at: clock.monotonic() + random() * policy.pool.wakeSpreadMs, why: 'woke' };
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
    return poolStatus({
      wait: this.#waiting.current(this.#opener.wait),
      live: sockets.filter(({ state }) => state.t === 'live').length,
      good: this.#socketSet.good(usable).length,
      suspect: sockets.filter(({ state }) => state.t === 'suspect').length,
      wanted: this.#traffic.wanted,
      ghosts: this.#ghosts.ghosts,
      wasLive: this.#outcomes.wasLive,
      answered: this.#outcomes.answered,
      backoff: this.#backoff.state,
      tokens: this.#tokens.verdicts(),
      refusal: this.#tokens.refusal(),
      usable: usable !== undefined,
      isPlaceless: this.#opener.placelessUntil > this.#in.clock.monotonic(),
    });
  }

  /** The sockets that are not closed, the oldest first. */
  list(): SocketFacts[] {
    const now = this.#in.clock.monotonic();
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
    const now = this.#in.clock.monotonic();
    try {
      this.#noteStable();
      this.#keepLast();
      this.#renew();
      this.#letGo();
      this.#opener.update();
      this.#arm(now);
    } finally {
      this.#stepping = false;
    }
    this.#tellStatus();
  }

  /** A socket that drains was replaced; when what replaced it is gone too, Slack has no other to send to. */
  #keepLast(): void {
    const sockets = this.#socketSet.all();
    if (!sockets.some(({ state }) => state.t === 'live')) for (const socket of sockets) socket.stay();
  }

  /** Marks sockets whose time has come. Not while Slack has no room for a replacement. */
  #renew(): void {
    if (this.#backoff.state.t === 'crowded') return;
    const now = this.#in.clock.monotonic();
    for (const socket of this.#socketSet.all())
      if (socket.renewal.at <= now) socket.leave(socket.renewal.why);
  }

  /** Drains sockets that are replaced, superfluous, or in the way of a replacement. */
  #letGo(): void {
    const chosen = this.#tokens.chosen();
    for (const socket of this.#socketSet.opening())
      if (socket.token.token !== chosen?.token) socket.drain('token');
    const good = this.#socketSet.good(chosen);
    const leaving = this.#socketSet.leaving(chosen);
    while (good.length > this.#traffic.wanted) good.shift()?.drain('surplus');
    const full = this.#socketSet.size >= this.#in.policy.pool.budget || this.#backoff.state.t === 'crowded';
    while (
      leaving.length > 0 &&
      good.length > 0 &&
      (full || good.length + leaving.length > this.#traffic.wanted)
    ) {
      const socket = leaving.shift();
      socket?.drain(leaveReasonOf(socket));
    }
  }

  /** Rings when something falls due, after `since`, that no event announces. */
  #arm(since: number): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const { clock, policy } = this.#in;
    const times = [this.#backoff.retryAt, this.#tokens.nextProbe(since)];
    times.push(this.#opener.staggeredUntil, this.#opener.placelessUntil);
    for (const { state, renewal } of this.#socketSet.all())
      if (state.t === 'live') times.push(renewal.at, state.since + policy.pool.stableMs);
    const next = Math.min(...times.filter((at) => at > since));
    if (next === Infinity) return;
    this.#timer = clock.setTimer(next - clock.monotonic(), () => this.#step());
  }

  #noteStable(): void {
    const before = this.#in.clock.monotonic() - this.#in.policy.pool.stableMs;
    for (const { state } of this.#socketSet.all())
      if (state.t === 'live' && state.since <= before) this.#backoff.stable(state.since);
  }

  #onState(socket: SlackSocket, from: SocketState): void {
    const { state } = socket;
    socket.place.setLive(state.t === 'live');
    if (state.t === 'live' && from.t === 'awaiting_hello') this.#onGreeted(socket, state.hello, state.since);
    if (state.t === 'live' && from.t !== 'live') this.#acknowledger.onLive();
    // What Slack said is news once, not again when the socket comes back from suspicion or from draining.
    if (state.t === 'live' && from.t === 'live') this.#outcomes.leaving(socket, state.leaving, state.since);
    if (state.t === 'suspect' && from.t === 'live') this.#acknowledger.onDoubt(socket);
    if (state.t === 'closed') this.#onClosed(socket, state.reason, from);
    if (state.t !== from.t)
      this.#in.events.emit({
        t: 'socket_state',
        appId: this.#appId,
        socketId: socket.id,
        from: from.t,
        to: state.t,
        why: state.t === 'closed' ? closedText(state.reason) : state.t === 'draining' ? state.why : '',
      });
    this.#step();
  }

  #onGreeted(socket: SlackSocket, hello: Hello, now: number): void {
    const { policy, random } = this.#in;
    this.#outcomes.greeted(socket);
    const siblings = this.#socketSet.all().filter((other) => other !== socket && other.serves);
    const renewAt = renewalTime(
      now,
      hello.lifetimeMs,
      siblings.map(({ renewal }) => renewal.at),
      policy.pool,
      random,
    );
    socket.renewal = { at: renewAt, why: 'age' };
    this.#countGhosts(socket, hello, now);
  }

  /** Slack said at `now` how many sockets it counts; those of other processes are known after the next look at them. */
  #countGhosts(socket: SlackSocket, { connections }: Hello, now: number): void {
    const { background, events, places, policy } = this.#in;
    const { surely, perhaps } = this.#socketSet.countedFor(socket);
    const before = places.others(this.#appId).live;
    const count = (): void => {
      const { live, seen } = places.others(this.#appId);
      const known = { surely: surely + Math.min(before, live), perhaps: perhaps + seen };
      if (this.#ghosts.counted(connections, known))
        events.emit({ t: 'ghosts', appId: this.#appId, ghosts: this.#ghosts.ghosts });
      const recountAt = this.#ghosts.ghosts > 0 ? now + policy.pool.recountMs : Infinity;
      if (recountAt < socket.renewal.at) socket.renewal = { at: recountAt, why: 'age' };
    };
    const look = places.look();
    if (look === undefined) count();
    else
      background.run('counting sockets', () =>
        look.then(
          () => {
            count();
            this.#step();
          },
          // Without PostgreSQL the number stays what it was.
          () => undefined,
        ),
      );
  }

  #onClosed(socket: SlackSocket, reason: ClosedReason, from: SocketState): void {
    this.#socketSet.remove(socket);
    socket.place.free();
    this.#traffic.closed(socket.id);
    if (from.t !== 'fetching_url' && from.t !== 'dialling') this.#ghosts.closed();
    if (reason.t === 'ended' || reason.t === 'silent') this.#acknowledger.onDoubt(socket);
    else this.#acknowledger.forget(socket);
    this.#outcomes.closed(socket, reason, from);
    if (reason.t === 'failed')
      this.#in.events.emit({ t: 'open_failed', appId: this.#appId, failure: reason.failure });
    this.#drain.progress();
  }

  #tellStatus(): void {
    const status = this.status;
    // The time of the next try is computed anew each time, and moves by a millisecond.
    const key = JSON.stringify(status, (name, value: unknown) => (name === 'probeAt' ? undefined : value));
    if (key === this.#statusKey) return;
    this.#statusKey = key;
    this.#in.events.emit({ t: 'status_changed', appId: this.#appId, status });
  }
}
