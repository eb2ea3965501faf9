import { counted, parted, sentence } from '../core/words.js';
import { UNRECEIVED, type Found, type ProblemFacts } from './problem-facts.js';

/** What becomes of events that are received and not dispatched. */
function kept({ hasListed, delivery: { waiting } }: ProblemFacts): string {
  if (!hasListed) return `No socket is opened until AutoKitteh has listed its connections. ${UNRECEIVED}`;
  const how =
    waiting === 0
      ? 'they wait in the journal'
      : `${counted(waiting, 'event')} ${waiting === 1 ? 'waits' : 'wait'} in the journal`;
  return `Nothing is lost: events are still received, ${how}, and are delivered in their order when this has ended.`;
}

/** Whether AutoKitteh grants what the program needs. */
export function rightsProblems(facts: ProblemFacts): Found[] {
  const { health, rights } = facts;
  const [advice] = health.problems('rights');
  const about = 'rights';
  if (advice !== undefined)
    return [
      {
        ...{ severity: 'broken', about, advice, keys: ['rights'], impact: kept(facts) },
        sentence: 'AutoKitteh does not grant this program the rights that it needs.',
      },
    ];
  // That it is away is told by another problem.
  if (rights === 'sufficient' || health.problems('server').length > 0) return [];
  return [
    {
      ...{ severity: 'degraded', about, keys: ['rights that are not known'] },
      sentence: 'It is not known yet whether AutoKitteh grants this program the rights that it needs.',
      impact: 'Nothing is lost by that.',
      advice: 'Nothing to do: the program asks AutoKitteh again by itself.',
    },
  ];
}

/** AutoKitteh that is away, or accepts no events. */
export function serverProblems(facts: ProblemFacts): Found[] {
  const { health } = facts;
  const [away] = health.problems('server');
  // An outage is seen by one of the two first, and lasts since then.
  const common = { severity: 'broken', keys: ['AutoKitteh'], impact: kept(facts) } as const;
  if (away !== undefined)
    return [
      {
        ...{ ...common, about: 'server', sentence: sentence(away) },
        advice:
          'Start the AutoKitteh server; the program then goes on by itself. If AUTOKITTEH_URL is wrong, correct it and restart the program.',
      },
    ];
  return health.problems('delivery').map((problem) => {
    const [, reason] = parted(problem);
    return {
      ...{ ...common, about: 'delivery' },
      sentence: sentence(`AutoKitteh does not accept events: ${reason}`),
      advice:
        'Look into the log of the AutoKitteh server, and mend what it says. The program tries again by itself.',
    };
  });
}

/** A journal that cannot be written. */
export function journalProblems({ health, delivery }: ProblemFacts): Found[] {
  return health.problems('journal').map((problem) => {
    const [what, why] = parted(problem);
    const [cause, remedy] = parted(why);
    // The first colon of some is in the database's own words.
    const isRemedy = remedy !== '' && !/[.(]/.test(cause);
    const reason = (isRemedy ? cause : why).replace(/^The /, 'the ');
    return {
      ...{
        severity: 'broken',
        about: 'journal',
        keys: ['journal'],
        sentence: sentence(`${what}: ${reason}`),
      },
      impact: `What is in the journal stays there. ${UNRECEIVED}`,
      advice: `${isRemedy ? sentence(remedy) : 'Mend that: the program tries again by itself.'} The journal is ${delivery.journalPlace}.`,
    };
  });
}
