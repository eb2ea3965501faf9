import { Channel } from '../core/channel.js';
import type { Clock } from '../core/clock.js';
import { errorMessage } from '../core/errors.js';
import { inTurns } from '../core/in-turns.js';
import { Background } from '../core/lifecycle.js';
import type { Outbound } from '../core/outbound.js';
import type { Log } from '../core/log.js';
import type { Random } from '../core/random.js';
import { slackSiteOf } from './app-pages.js';
import { OpenLimiter } from './open-limiter.js';
import type { Envelope } from './envelope.js';
import { FrameWatch } from './upgrade-watch.js';
import { createSlackHttp } from './http.js';
import { Liveness } from './liveness.js';
import { isSameShare, undivided, type SocketPlaces, type SocketShare } from './places.js';
import { DEFAULT_POLICY, type SocketPolicy } from './policy.js';
import { AppPool } from './pool.js';
import type { PoolContext } from './pool-context.js';
import { openSdkTransport } from './sdk-transport.js';
import type { SocketEvent } from './events.js';
import type { AppSocketsStatus, SocketFacts } from './status.js';
import type { AppToken } from './token-choice.js';

export type { AppToken } from './token-choice.js';

/** The sockets of all apps. */
export interface SlackSockets {
  /**
   * Opens sockets for these apps, and closes those of all others. Tokens by app id; of an app's, the newest valid one counts.
   * An app whose tokens are the same list as before, and whose share of sockets is the same, is left as it is.
   */
  reconcile(apps: ReadonlyMap<string, readonly AppToken[]>): void;
  /** How an app's sockets are; undefined if the app is not wanted. */
  status(appId: string): AppSocketsStatus | undefined;
  /** An app's sockets one by one, the oldest first; none if the app is not wanted. */
  list(appId: string): readonly SocketFacts[];
  /** Sends an acknowledgement of an envelope that a socket of another process brought; nothing without a live socket. */
  acknowledge(appId: string, text: string): void;
  readonly events: Channel<SocketEvent>;
  /**
   * Opens nothing more, sends the acknowledgements that are due (at most 3 s), and closes everything. Envelopes that arrive
   * until then are still handed over, because nobody else would get them in time.
   */
  stop(): Promise<void>;
}

export interface SlackSocketsOptions {
  /** Ends with a slash: `https://slack.com/api/`. */
  readonly apiUrl: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Takes each envelope as it arrives; what it throws is reported and goes no further. */
  readonly onEnvelope: (envelope: Envelope) => void;
  readonly log: Log;
  /** Told when Slack has opened a socket of an app with an app-level token, or refused the token. */
  readonly onToken?: (token: string, appId: string, fate: 'opened' | 'refused') => void;
  readonly policy?: SocketPolicy;
  /** How the sockets of apps are divided among several processes; without it, this one has all. */
  readonly places?: SocketPlaces;
  /** The way to Slack; without one, directly. */
  readonly outbound?: Outbound;
}

interface Given {
  readonly tokens: readonly AppToken[];
  readonly share: SocketShare;
}

// Some ten microseconds each.
const POOLS_A_TURN = 50;

/** Opens nothing before `reconcile`. */
export function createSlackSockets(options: SlackSocketsOptions): SlackSockets {
  const { apiUrl, clock, random, log } = options;
  const policy = options.policy ?? DEFAULT_POLICY;
  const places = options.places ?? undivided(policy.pool);
  const http = createSlackHttp(options.outbound);
  const frames = new FrameWatch();
  const events = new Channel<SocketEvent>();
  const pools = new Map<string, AppPool>();
  /** Pools of apps that are not wanted any more, until their sockets are closed. */
  const retired = new Set<AppPool>();
  const background = new Background((what, error) => {
    log.error({ what, reason: errorMessage(error) }, 'a task of the sockets failed');
  });
  const liveness = new Liveness(clock, policy.liveness, (afterMs) => {
    events.emit({ t: 'woke', afterMs });
    for (const pool of pools.values()) pool.wake();
  });
  let wanted: ReadonlyMap<string, readonly AppToken[]> = new Map();
  /** What each pool was given last, with the share that it was to have then. */
  const given = new Map<string, Given>();
  let socketNumber = 0;
  let stopping: Promise<void> | undefined;
  const context: PoolContext = {
    site: slackSiteOf(apiUrl),
    clock,
    random,
    policy,
    openTransport: (token, listener) => openSdkTransport({ apiUrl, clock, http, frames }, token, listener),
    liveness,
    limiter: new OpenLimiter(clock, policy.limiter, () => places.parts()),
    places,
    events,
    background,
    onEnvelope: options.onEnvelope,
    newSocketId: () => `s${++socketNumber}`,
    liveSocket: (appId) => pools.get(appId)?.sender,
    onToken: options.onToken ?? (() => undefined),
  };

  function retire(appId: string, pool: AppPool): void {
    pools.delete(appId);
    given.delete(appId);
    retired.add(pool);
    context.limiter.release(appId);
    events.emit({ t: 'app_released', appId });
    background.run(`closing the sockets of ${appId}`, async () => {
      await pool.stop();
      retired.delete(pool);
    });
  }

  function isNews(appId: string, tokens: readonly AppToken[]): boolean {
    const last = given.get(appId);
    return last?.tokens !== tokens || !isSameShare(places.share(appId), last.share);
  }

  function give(appId: string, tokens: readonly AppToken[]): void {
    let pool = pools.get(appId);
    if (pool === undefined) pools.set(appId, (pool = new AppPool(appId, context)));
    given.set(appId, { tokens, share: places.share(appId) });
    pool.setTokens(tokens);
  }

  async function stopAll(): Promise<void> {
    await Promise.all([...pools.values(), ...retired].map((pool) => pool.stop()));
    await background.idle();
    await http.close();
  }

  return {
    events,
    reconcile(apps) {
      if (stopping !== undefined) return;
      wanted = apps;
      for (const [appId, pool] of pools) if (!apps.has(appId)) retire(appId, pool);
      // To all others nothing has happened of which their pools do not learn by themselves.
      const changed = [...apps].filter(([appId, tokens]) => isNews(appId, tokens));
      background.run('giving the apps their tokens', () =>
        inTurns(changed, POOLS_A_TURN, ([appId, tokens]) => {
          // A later call has taken its place, or all is stopping.
          if (wanted === apps && stopping === undefined) give(appId, tokens);
        }),
      );
    },
    status: (appId) => pools.get(appId)?.status,
    list: (appId) => pools.get(appId)?.list() ?? [],
    acknowledge: (appId, text) => void pools.get(appId)?.sender?.send(text),
    stop() {
      stopping ??= stopAll();
      return stopping;
    },
  };
}
