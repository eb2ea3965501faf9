import { Channel } from './channel.js';

/**
 * What can keep the program from doing all of its work, in the order in which problems are told.
 * - rights: AutoKitteh grants what the program needs; set by the rights check
 * - server: AutoKitteh can be asked for its connections; set by each look at them
 * - journal: events can be written to the disk; set by delivery
 * - delivery: AutoKitteh takes events; set by delivery
 * - apps: each Slack app has the sockets that it should have; set from the sockets' statuses
 */
export const CONDITIONS = ['rights', 'server', 'journal', 'delivery', 'apps'] as const;

export type Condition = (typeof CONDITIONS)[number];

/** Whether each part of the work is well. Whoever knows of a part sets it; pages, statuses and metrics read and watch. */
export class Health {
  /** Each change, by the condition that changed. */
  readonly changed = new Channel<Condition>();
  readonly #problems = new Map<Condition, readonly string[]>();

  /** States the problems of one condition, in sentences for people; none means that it is well. */
  set(condition: Condition, problems: readonly string[]): void {
    const before = this.problems(condition);
    if (before.length === problems.length && before.every((each, index) => each === problems[index])) return;
    this.#problems.set(condition, problems);
    this.changed.emit(condition);
  }

  /** The problems of these conditions, of all if none is named. */
  problems(...conditions: readonly Condition[]): string[] {
    const asked = conditions.length === 0 ? CONDITIONS : conditions;
    return asked.flatMap((condition) => this.#problems.get(condition) ?? []);
  }
}
