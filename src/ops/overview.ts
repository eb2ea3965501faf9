import type { Status } from '../autokitteh/status.js';
import type { Condition } from '../core/health.js';

/** How the whole program fares, without secrets; what the status page and `ak-slack status` show. */
export interface Overview {
  readonly version: string;
  /** What keeps the program from doing all of its work, for everybody or for one app, in sentences. */
  readonly troubles: readonly string[];
  /** Every condition of the program's work, with the problem or the good news in a sentence. */
  readonly conditions: readonly {
    readonly name: Condition;
    readonly ok: boolean;
    readonly message: string;
  }[];
  readonly connections: readonly {
    readonly id: string;
    readonly name: string;
    readonly status: Status;
    readonly active: boolean;
    readonly delivered: number;
    readonly dead: number;
  }[];
  readonly apps: readonly {
    readonly id: string;
    readonly sockets: number;
    readonly ghosts: number;
    readonly state: string;
  }[];
  readonly delivery: {
    readonly waiting: number;
    readonly inFlight: number;
    readonly dead: number;
    readonly concurrency: number;
    readonly journalBytes: number;
  };
}

/** The first thing to say, when there is no trouble: whether everything is well, or some connections are not. */
export function headline({ connections }: Overview): string {
  const unwell = connections.filter(({ active, status }) => active && status.code !== 'ok').length;
  if (unwell === 0) return 'All is well.';
  return `${unwell} of ${connections.length} connections ${unwell === 1 ? 'is' : 'are'} unhealthy: see below.`;
}

/** A dead letter as people see it: never its body, which holds what somebody wrote. */
export interface DeadLetter {
  readonly id: number;
  readonly connectionId: string;
  readonly kind: string;
  readonly key: string;
  readonly reason: string;
  /** RFC 3339. */
  readonly givenUpAt: string;
}
