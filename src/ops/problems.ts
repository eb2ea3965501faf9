import { appProblems, connectionProblems } from './connection-problems.js';
import { journalProblems, rightsProblems, serverProblems } from './outage-problems.js';
import type { Overview, Problem } from './overview.js';
import type { Found, ProblemFacts } from './problem-facts.js';
import { backlogProblems, deadLetterProblems, replicaProblems, roomProblems } from './reserve-problems.js';

const RANKS: Readonly<Record<Problem['severity'], number>> = { broken: 0, failing: 1, degraded: 2 };

/** Everything that is wrong, the worst first: nothing only if events are received and delivered as they should be. */
export function problemsOf(facts: ProblemFacts): Found[] {
  const problems = [
    ...rightsProblems(facts),
    ...serverProblems(facts),
    ...journalProblems(facts),
    ...appProblems(facts),
    ...connectionProblems(facts),
    ...replicaProblems(facts),
    ...backlogProblems(facts),
    ...deadLetterProblems(facts),
    ...roomProblems(facts),
  ];
  return problems.sort((left, right) => RANKS[left.severity] - RANKS[right.severity]);
}

export function verdictOfProgram(problems: readonly Pick<Problem, 'severity'>[]): Overview['verdict'] {
  if (problems.some(({ severity }) => severity === 'broken')) return 'broken';
  return problems.length === 0 ? 'well' : 'degraded';
}
