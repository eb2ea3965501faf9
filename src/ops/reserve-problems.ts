import { byteWords, counted, durationWords } from '../core/words.js';
import type { Found, ProblemFacts } from './problem-facts.js';

// A dispatch takes seconds at most: what waits longer is behind something.
const OLD_MS = 60_000;
// Dead letters are removed for room from here on, and events are refused a fifth later.
const CROWDED = 0.8;
// Ten minutes of a thousand large events a second.
const LITTLE_ROOM = 512 * 1024 ** 2;

/** Replicas that are gone. */
export function replicaProblems({ replicas, now }: ProblemFacts): Found[] {
  return replicas
    .filter(({ state }) => state === 'gone')
    .map(({ name, seenAt }) => ({
      ...{ severity: 'degraded', about: 'replicas', keys: [`replica ${name}`] },
      began: Date.parse(seenAt) || now,
      sentence: `Replica ${name} is gone: it has ended without being stopped.`,
      impact: 'Nothing is lost: the others take over its sockets, and deliver what it left.',
      advice: `Look into the log of ${name} for why it ended, and start it again. If you do not start it again, it is no longer listed after an hour.`,
    }));
}

/** Events that wait although AutoKitteh accepts some. */
export function backlogProblems({ delivery, health, now }: ProblemFacts): Found[] {
  if (delivery.oldestWaitingAt === undefined || health.problems('server', 'delivery', 'rights').length > 0)
    return [];
  const began = Date.parse(delivery.oldestWaitingAt);
  const age = now - began;
  if (age < OLD_MS) return [];
  return [
    {
      ...{ severity: 'degraded', about: 'backlog', keys: ['backlog'], began },
      sentence: `${counted(delivery.waiting, 'event')} ${delivery.waiting === 1 ? 'waits' : 'wait'} for AutoKitteh, the oldest for ${durationWords(age)}.`,
      impact: 'Nothing is lost: they wait in the journal, and start their workflows late.',
      advice:
        'Events arrive faster than AutoKitteh accepts them, or the first of a conversation is being retried: the connections say whose they are, and the log says why.',
    },
  ];
}

// Delivery keeps them so long, unless the journal needs their room.
const DEAD_DAYS = 30;

/** Events that were given up. */
export function deadLetterProblems({ delivery, now }: ProblemFacts): Found[] {
  const { dead, oldestDeadAt } = delivery;
  if (dead === 0) return [];
  return [
    {
      ...{ severity: 'degraded', about: 'dead_letters', keys: ['dead letters'] },
      began: oldestDeadAt === undefined ? undefined : Math.min(now, Date.parse(oldestDeadAt)),
      sentence: `${counted(dead, 'event')} could not be delivered and ${dead === 1 ? 'is a dead letter' : 'are dead letters'}.`,
      impact: `${dead === 1 ? 'It has' : 'They have'} started no workflow. The journal keeps dead letters for ${DEAD_DAYS} days.`,
      advice:
        'Read the reason of each (on the status page, or with `ak-slack dead-letters list`), then mend its cause in AutoKitteh or in the project and send the event again, or discard it if AutoKitteh will refuse it each time.',
    },
  ];
}

/** A journal or a disk that is nearly full. */
export function roomProblems({ delivery, health }: ProblemFacts): Found[] {
  // A journal that cannot be written says so itself.
  if (health.problems('journal').length > 0) return [];
  const { journalUsedBytes: used, journalMaxBytes: most, journalBytes, diskFreeBytes: free } = delivery;
  const problems: Found[] = [];
  const impact = 'Nothing is lost yet: events are no longer accepted only when it is full.';
  if (used > CROWDED * most)
    problems.push({
      ...{ severity: 'degraded', about: 'room', keys: ['room of the journal'], impact },
      sentence: `The journal is ${Math.floor((100 * used) / most)}% full: ${byteWords(used)} of ${byteWords(most)}.`,
      advice: 'See to it that AutoKitteh accepts what waits, or raise JOURNAL_MAX_BYTES.',
    });
  if (free !== undefined && free < Math.min(LITTLE_ROOM, most - journalBytes))
    problems.push({
      ...{ severity: 'degraded', about: 'room', keys: ['room on the disk'], impact },
      sentence: `The disk of the journal has ${byteWords(free)} left.`,
      advice: `Free space on it. The journal is ${delivery.journalPlace}.`,
    });
  return problems;
}
