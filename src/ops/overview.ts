import type { Status } from '../autokitteh/status.js';
import type { Condition } from '../core/health.js';
import { durationWords, sentence, timeWords } from '../core/words.js';
import type { SocketFacts } from '../slack/status.js';

/** What is not as it should be. */
export interface Problem {
  /**
   * `broken` keeps everybody's events from being received or from starting workflows, `failing` those of some connections;
   * `degraded` is all the rest.
   */
  readonly severity: 'broken' | 'failing' | 'degraded';
  readonly about: Condition | 'connections' | 'backlog' | 'dead_letters' | 'room' | 'replicas';
  /** What is wrong. */
  readonly sentence: string;
  /** Since when, as far as it is known; RFC 3339. */
  readonly since: string;
  /** What becomes of events meanwhile: whether any is lost. */
  readonly impact: string;
  /** What to do about it, in one or more sentences. */
  readonly advice: string;
  /** The pages of the connections that the advice names, where it is done on these. */
  readonly pages?: readonly ConnectionPage[];
}

export interface ConnectionPage {
  /** The connection's name as `project/name`. */
  readonly name: string;
  readonly url: string;
}

export interface ConnectionView {
  readonly id: string;
  readonly name: string;
  readonly projectId: string;
  /** The project's name; absent until AutoKitteh has told it, and for a connection of an organization. */
  readonly project?: string | undefined;
  /** The address of its page. */
  readonly page: string;
  /** The Slack app that its app-level token names; absent while there is none. */
  readonly appId?: string | undefined;
  readonly status: Status;
  /** Its project has an active deployment, or it belongs to an organization. */
  readonly active: boolean;
  /** In the journal: events that wait, and dead letters. */
  readonly waiting: number;
  readonly dead: number;
  /** Since this process began. */
  readonly delivered: number;
  /** The last one that AutoKitteh accepted since this process began; RFC 3339. */
  readonly lastEventAt?: string | undefined;
}

export interface AppView {
  readonly id: string;
  readonly state: string;
  /** Those that Slack delivers to, and as many as there should be. */
  readonly sockets: number;
  readonly wanted: number;
  /** Sockets that Slack counts for this app beyond ours. */
  readonly ghosts: number;
  /** Each socket that is not closed, the oldest first. */
  readonly list: readonly SocketFacts[];
}

/** One process of several that share a journal. */
export interface ReplicaView {
  readonly name: string;
  readonly state: 'live' | 'draining' | 'gone';
  /** Whether it is the process that answers. */
  readonly isThis: boolean;
  readonly sockets: number;
  /** When it was last known to run; RFC 3339. */
  readonly seenAt: string;
}

/** How the whole program fares, without secrets; what the status page and `ak-slack status` show. */
export interface Overview {
  readonly version: string;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly at: string;
  /** `broken` if a problem is, `degraded` if there is any, else `well`. */
  readonly verdict: 'well' | 'degraded' | 'broken';
  /** Everything that is wrong, the worst first. */
  readonly problems: readonly Problem[];
  /** Every condition of the program's work, with the problem or the good news in a sentence. */
  readonly conditions: readonly {
    readonly name: Condition;
    readonly ok: boolean;
    readonly message: string;
  }[];
  /** Those that use Socket Mode. */
  readonly connections: readonly ConnectionView[];
  /** How many connections of the integration AutoKitteh serves itself: with OAuth, or not set up yet. */
  readonly otherConnections: number;
  readonly apps: readonly AppView[];
  readonly delivery: {
    readonly waiting: number;
    /** When the oldest event that waits was received, RFC 3339; absent if none waits. */
    readonly oldestWaitingAt?: string | undefined;
    readonly inFlight: number;
    readonly dead: number;
    /** When the first of the dead letters was given up, RFC 3339; absent if there is none. */
    readonly oldestDeadAt?: string | undefined;
    readonly concurrency: number;
    /** Where the journal is: the path of its file, or the address of its database without the name of a user. */
    readonly journalPlace: string;
    /** Bytes of the journal that hold something, that it takes on the disk, and that it may take. */
    readonly journalUsedBytes: number;
    readonly journalBytes: number;
    readonly journalMaxBytes: number;
    /** Bytes that are free on its disk; absent where the program cannot know them. */
    readonly diskFreeBytes?: number | undefined;
  };
  /** The processes that share the journal; empty where there is one. */
  readonly replicas: readonly ReplicaView[];
}

/** The first thing to say. */
export function headline({ problems }: Pick<Overview, 'problems'>): string {
  if (problems.length === 0) return 'All is well.';
  return problems.length === 1 ? '1 problem' : `${problems.length} problems`;
}

/** Since when a problem lasts, seen at `at`: `since 09:28 UTC, for 13 min`. */
export function sinceWords({ since }: Pick<Problem, 'since'>, at: string): string {
  return `since ${timeWords(since, at)}, for ${durationWords(Date.parse(at) - Date.parse(since))}`;
}

/** A problem in sentences, but for what to do. */
export function problemWords(problem: Problem, at: string): string {
  return `${problem.sentence} ${sentence(sinceWords(problem, at))} ${problem.impact}`;
}

/** What to do about a problem, and the pages on which it is done, on a line each. */
export function adviceWords({ advice, pages = [] }: Pick<Problem, 'advice' | 'pages'>): string {
  return [advice, ...pages.map(({ name, url }) => `${name}: ${url}`)].join('\n');
}

/** A dead letter as people see it: never its body, which holds what somebody wrote. */
export interface DeadLetter {
  readonly id: number;
  readonly appId: string;
  readonly connectionId: string;
  /** The connection's name, as `project/name`; absent until AutoKitteh has told it, and when the connection is gone. */
  readonly connection?: string | undefined;
  /** Which kind of envelope Slack sent. */
  readonly kind: string;
  /** The type of the event; the kind where no event could be made. */
  readonly type: string;
  /** The channel's id in Slack; empty where there is none. */
  readonly channel: string;
  readonly key: string;
  readonly reason: string;
  readonly attempts: number;
  /** RFC 3339. */
  readonly receivedAt: string;
  readonly givenUpAt: string;
}
