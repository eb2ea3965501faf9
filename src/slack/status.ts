import type { Clock } from '../core/clock.js';
import { timeWords } from '../core/words.js';
import type { LimiterWait } from './open-limiter.js';
import { adviceFor, THIS_PAGE, type TokenPlace } from './errors.js';
import type { SocketStateName } from './socket-state.js';
import type { OpenBackoffState } from './open-backoff.js';

/**
 * Why another token of the app is used: it was saved later; or Slack has accepted it, and not this one yet; or neither is
 * known to be so.
 */
export type SupersededBy = 'newer' | 'accepted' | 'other';

/** What became of one app-level token of an app. Never holds the token itself: `setAt` tells two of them apart. */
export interface TokenVerdict {
  readonly setAt: number;
  readonly verdict:
    | { readonly t: 'untried' }
    /** Slack said hello to a socket of it. */
    | { readonly t: 'valid' }
    /** Another one of the same app is used instead. */
    | { readonly t: 'superseded'; readonly by: SupersededBy }
    /** Slack refused it for good; it is tried again at `probeAt` (milliseconds since 1970). */
    | {
        readonly t: 'refused';
        readonly error: string;
        readonly advice: string;
        readonly probeAt: number;
      };
}

/** One socket that is not closed. Durations are milliseconds. */
export interface SocketFacts {
  readonly id: string;
  readonly state: SocketStateName;
  /** Since it was opened. */
  readonly ageMs: number;
  /** Until it is replaced in the normal course of things; absent before Slack has greeted it. */
  readonly renewsInMs?: number | undefined;
  /** Envelopes that it brought and that await their acknowledgement. */
  readonly inFlight: number;
}

interface Common {
  /** Sockets that Slack delivers events to now. */
  readonly sockets: number;
  /** As many as there should be. */
  readonly wanted: number;
  /** Sockets that Slack counts for this app beyond ours: other programs, or remains of broken connections. */
  readonly foreign: number;
  readonly tokens: readonly TokenVerdict[];
  /** Whether Slack has greeted a socket of this app or refused one since the pool was made; an outage does neither. */
  readonly answered: boolean;
  /** Whether Slack has greeted a socket of this app since then: its id is no claim of somebody's any more. */
  readonly greeted: boolean;
  /** Slack has as many sockets of the app as it allows, and refused one more. */
  readonly isAtLimit?: true;
  /** Where several processes share the app: how many of the sockets others have, and how many processes have any. */
  readonly elsewhere?: { readonly sockets: number; readonly replicas: number };
}

/** How the sockets of one app are. The sentences are for people; they hold no secrets. */
export type AppSocketsStatus =
  /** No socket has been live yet. */
  | (Common & { readonly t: 'opening'; readonly doing: string })
  /** As many sockets as wanted. */
  | (Common & { readonly t: 'live' })
  /** Events arrive, and a socket is being replaced in the normal course of things. */
  | (Common & { readonly t: 'renewing'; readonly doing: string })
  /** Fewer sockets than wanted, or none for a moment: `reason` why, `doing` what is done about it. */
  | (Common & { readonly t: 'degraded'; readonly reason: string; readonly doing: string })
  /** Nothing works until a person acts: `advice` says how. */
  | (Common & { readonly t: 'broken'; readonly error: string; readonly advice: string });

/** What a pool knows of itself. */
export interface PoolFacts {
  /** Of the app's app-level tokens. */
  readonly place: TokenPlace;
  /** Sockets that Slack delivers to. */
  readonly live: number;
  /** Of these, the ones that are not to be replaced. */
  readonly good: number;
  /** Of all, the ones that do not answer at the moment. */
  readonly suspect: number;
  readonly wanted: number;
  readonly foreign: number;
  /** Whether any socket was ever live. */
  readonly wasLive: boolean;
  readonly answered: boolean;
  readonly backoff: OpenBackoffState;
  /** What the next socket waits for, apart from the backoff after failures. */
  readonly wait: SocketWait | undefined;
  readonly tokens: readonly TokenVerdict[];
  /** The refusal of the newest token. */
  readonly refusal: { readonly error: string; readonly advice: string } | undefined;
  /** Whether there is a token to open sockets with. */
  readonly usable: boolean;
  /** Slack has just refused a further socket, because it has as many as it allows. */
  readonly isAtLimit: boolean;
  /** Whether the next socket found no place among those that the app may have. */
  readonly isPlaceless: boolean;
}

/** The facts as a status for people. */
export function poolStatus(facts: PoolFacts): AppSocketsStatus {
  const { refusal, backoff, wanted, foreign, tokens, answered, wasLive: greeted } = facts;
  const limit = facts.isAtLimit ? ({ isAtLimit: true } as const) : {};
  const common = { sockets: facts.live, wanted, foreign, tokens, answered, greeted, ...limit };
  if (!facts.usable) {
    const error = refusal?.error ?? 'not_authed';
    const advice = refusal?.advice ?? `save an app-level token on ${THIS_PAGE}`;
    return facts.live === 0
      ? { ...common, t: 'broken', error, advice }
      : {
          ...common,
          t: 'degraded',
          reason: advice,
          doing: 'open sockets stay open until Slack closes them',
        };
  }
  switch (backoff.t) {
    case 'disabled': {
      const advice = adviceFor('link_disabled', facts.place);
      return facts.live === 0
        ? { ...common, t: 'broken', error: 'link_disabled', advice }
        : { ...common, t: 'degraded', reason: advice, doing: 'retrying every few minutes' };
    }
    case 'at_limit':
      if (facts.good >= facts.wanted) break;
      return {
        ...common,
        t: 'degraded',
        reason: adviceFor('too_many_websockets', facts.place),
        doing: 'retrying with backoff',
      };
    case 'failing':
    case 'none':
      break;
  }
  if (facts.good >= facts.wanted) return { ...common, t: 'live' };
  return { ...common, ...fewer(facts) };
}

type Fewer = Pick<Extract<AppSocketsStatus, { t: 'degraded' }>, 't' | 'reason' | 'doing'>;
type Becoming = Pick<Extract<AppSocketsStatus, { t: 'opening' | 'renewing' }>, 't' | 'doing'>;

/** Fewer good sockets than wanted, for a reason that passes by itself. */
function fewer(facts: PoolFacts): Fewer | Becoming {
  const { backoff, wait, suspect, good, live, wanted, wasLive } = facts;
  // The budget holds up only what is not urgent: as many as wanted serve, or one at least.
  if (wait?.why === 'budget' && live >= wanted)
    return { t: 'renewing', doing: `opening another socket at ${timeOf(wait)}` };
  if (wait?.why === 'slack' || wait?.why === 'budget') return { t: 'degraded', ...waiting(wait) };
  if (backoff.t === 'failing') return { t: 'degraded', reason: backoff.reason, doing: 'retrying' };
  if (suspect > 0 && good === 0)
    return { t: 'degraded', reason: 'Slack does not answer', doing: 'opening new sockets' };
  if (facts.isPlaceless) return { t: 'degraded', ...PLACELESS };
  if (live > 0) return { t: 'renewing', doing: 'opening another socket' };
  if (!wasLive) return { t: 'opening', doing: 'opening the first socket' };
  return { t: 'degraded', reason: 'no socket is open', doing: 'opening another socket' };
}

const PLACELESS = {
  reason: 'no further socket of the app may be opened, or PostgreSQL cannot be asked whether one may',
  doing: 'asking again every second',
};

function waiting(wait: SocketWait): Pick<Fewer, 'reason' | 'doing'> {
  return wait.why === 'slack'
    ? {
        reason: 'Slack limits the rate',
        doing: `the next socket is opened in ${Math.ceil(wait.askedMs / 1_000)} s, at ${timeOf(wait)}`,
      }
    : {
        reason: 'a socket that is not urgent is opened at most once a minute for each app',
        doing: `the next one is opened at ${timeOf(wait)}`,
      };
}

/** For instance `14:03:22 UTC`; not before what is waited for. */
function timeOf({ until, since }: SocketWait): string {
  return timeWords(Math.ceil(until / 1_000) * 1_000, since, 'second');
}

/** What the next socket waits for, for people. */
export interface SocketWait {
  readonly why: LimiterWait['why'];
  /** Milliseconds since 1970: when it was first told, and when it ends. */
  readonly since: number;
  readonly until: number;
  /** How long Slack asked to wait, milliseconds; 0 for the other reasons. */
  readonly askedMs: number;
}

/** Tells the same wait with the same time each time, although the wall clock and the monotonic one drift apart. */
export class Waiting {
  readonly #clock: Clock;
  #last: { readonly monotonic: number; readonly since: number; readonly wall: number } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  current(wait: LimiterWait | undefined): SocketWait | undefined {
    if (wait === undefined) return undefined;
    const { why, until, askedMs } = wait;
    if (this.#last?.monotonic !== until) {
      const since = this.#clock.now();
      this.#last = { monotonic: until, since, wall: since + Math.max(0, until - this.#clock.monotonic()) };
    }
    return { why, since: this.#last.since, until: this.#last.wall, askedMs };
  }
}
