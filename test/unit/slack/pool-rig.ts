import { Channel } from '../../../src/core/channel.js';
import { Background } from '../../../src/core/lifecycle.js';
import { seededRandom } from '../../../src/core/random.js';
import { OpenLimiter } from '../../../src/slack/open-limiter.js';
import type { Envelope } from '../../../src/slack/envelope.js';
import { Liveness } from '../../../src/slack/liveness.js';
import { undivided, type SocketPlaces } from '../../../src/slack/places.js';
import { DEFAULT_POLICY, type SocketPolicy } from '../../../src/slack/policy.js';
import { AppPool } from '../../../src/slack/pool.js';
import type { SocketEvent } from '../../../src/slack/events.js';
import { FakeTransports } from './fake-transports.js';
import { HandClock } from '../../helpers/hand-clock.js';

export const APP = 'A1';
export const TOKEN = 'xapp-1-A1-1-first';

/** A pool on fake connections and a clock that the test moves. */
export class PoolRig {
  readonly transports = new FakeTransports();
  readonly events: SocketEvent[] = [];
  readonly envelopes: Envelope[] = [];
  /** What became of tokens, as the pool told it. */
  readonly fates: string[] = [];
  readonly limiter: OpenLimiter;
  readonly pool: AppPool;
  /** The pool of the same app that took the place of this one. */
  successor: PoolRig | undefined;
  /** Called for each envelope. */
  onEnvelope: (envelope: Envelope) => void = () => undefined;
  readonly #policy: SocketPolicy;

  constructor(
    policy: SocketPolicy = DEFAULT_POLICY,
    seed = 1,
    readonly clock: HandClock = new HandClock(),
    places: SocketPlaces = undivided(policy.pool),
  ) {
    this.#policy = policy;
    const channel = new Channel<SocketEvent>();
    channel.subscribe((event) => this.events.push(event));
    this.limiter = new OpenLimiter(this.clock, policy.limiter);
    let id = 0;
    const liveness = new Liveness(this.clock, policy.liveness, () => this.pool.wake());
    this.pool = new AppPool(APP, {
      site: 'slack.com',
      clock: this.clock,
      random: seededRandom(seed),
      policy,
      openTransport: this.transports.open,
      liveness,
      limiter: this.limiter,
      places,
      events: channel,
      background: new Background((name, error) => {
        throw new Error(name, { cause: error });
      }),
      onEnvelope: (envelope) => {
        this.envelopes.push(envelope);
        this.onEnvelope(envelope);
      },
      newSocketId: () => `s${++id}`,
      liveSocket: () => this.successor?.pool.sender,
      onToken: (token, appId, fate) => void this.fates.push(`${fate} ${appId} ${token}`),
    });
  }

  /** Every connection from now on is greeted as soon as it is opened; Slack counts those that are alive, and `foreign`. */
  greetAll(foreign = 0): void {
    this.transports.onOpened = (transport) => transport.greet(APP, this.transports.alive.length + foreign);
  }

  /** A pool with as many greeted sockets as it wants, which have been live for long enough to count as a success. */
  static async live(policy: SocketPolicy = DEFAULT_POLICY, seed = 1): Promise<PoolRig> {
    const rig = new PoolRig(policy, seed);
    rig.greetAll();
    rig.pool.setTokens([{ token: TOKEN, setAt: 1 }]);
    await rig.clock.advance(0);
    if (rig.pool.status.t !== 'live') throw new Error(`not live: ${JSON.stringify(rig.pool.status)}`);
    await rig.clock.advance(policy.pool.stableMs);
    return rig;
  }

  /** Lets `ms` pass without ringing early: what is due rings in order. */
  advance(ms: number): Promise<void> {
    return this.clock.advance(ms);
  }

  statesOf(socketId: string): string[] {
    return this.events.flatMap((event) =>
      event.t === 'socket_state' && event.socketId === socketId ? [event.to] : [],
    );
  }

  async stop(): Promise<void> {
    const stopped = this.pool.stop();
    await this.clock.advance(this.#policy.acknowledgeMs + 2_000);
    await stopped;
  }
}
