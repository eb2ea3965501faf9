import { ANSWERS_VARIABLE, choicesOf, unknownResponseKind } from '../../connections/choices.js';
import type { Variables } from '../../connections/variables.js';
import type { AppFacts } from './app-steps.js';
import type { Finding } from './finding.js';

/** What the connection's own variables keep from workflows, or delay. */
export function choiceFindings(variables: Variables, { botName }: Pick<AppFacts, 'botName'>): Finding[] {
  const { getsOwnEvents, keepsOrder, answers } = choicesOf(variables);
  const bot = botName === undefined ? 'the bot' : `@${botName}`;
  const own: Finding = getsOwnEvents
    ? {
        ...{ step: 'own events', verdict: 'warning' },
        found: `Events that ${bot} causes itself start workflows too (socket_mode_own_events).`,
        advice:
          'If a workflow answers every message, let it check the sender first; otherwise it answers its own messages without end.',
      }
    : {
        ...{ step: 'own events', verdict: 'ok' },
        found: `Events that ${bot} causes itself start nothing: test with an account of your own.`,
      };
  const order: Finding = {
    ...{ step: 'order', verdict: 'ok' },
    found: keepsOrder
      ? 'Events of one channel are dispatched one after another; clicks and slash commands go first.'
      : 'Events are dispatched in any order (socket_mode_order).',
  };
  const wrong = unknownResponseKind(variables.get(ANSWERS_VARIABLE));
  const answered: Finding =
    wrong === undefined
      ? {
          ...{ step: 'answers', verdict: 'ok' },
          found:
            answers.size === 0
              ? 'Every event is acknowledged at once, so workflows get no answer_url.'
              : `Workflows may answer in time: ${[...answers].join(', ')}.`,
        }
      : {
          ...{
            step: 'answers',
            verdict: 'warning',
            found: `"${wrong}" in ${ANSWERS_VARIABLE} is not a kind of event.`,
          },
          advice: 'Use slash_command, view_submission and options, separated by commas (docs/answers.md).',
        };
  return [own, order, answered];
}
