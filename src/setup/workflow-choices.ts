import {
  ANSWER_KINDS,
  ANSWERS_VARIABLE,
  answerKindsOf,
  type AnswerKind,
} from '../connections/answer-kind.js';
import { OWN_EVENTS_VARIABLE } from '../connections/own-events.js';
import { ORDER_VARIABLE } from '../connections/order.js';
import type { Variables } from '../connections/setup-state.js';
import type { PersonsAutoKitteh } from './ports.js';
import { BUTTON_UPDATE_VARIABLE } from '../connections/message-updates.js';

/** What the workflows of a connection do themselves. */
export interface WorkflowChoices {
  /** The kinds that they answer within Slack's three seconds. */
  readonly answers: ReadonlySet<AnswerKind>;
  /** Whether a message is updated after one of its buttons was clicked. */
  readonly updatesMessages: boolean;
  /** Whether they also get what the connection's own bot did. */
  readonly getsOwnEvents: boolean;
  /** Whether events of one conversation go to them one at a time. */
  readonly keepsOrder: boolean;
}

export function storedChoices(variables: Variables): WorkflowChoices {
  return {
    answers: answerKindsOf(variables.get(ANSWERS_VARIABLE)),
    updatesMessages: variables.get(BUTTON_UPDATE_VARIABLE) !== 'off',
    getsOwnEvents: variables.get(OWN_EVENTS_VARIABLE) === 'on',
    keepsOrder: variables.get(ORDER_VARIABLE) !== 'off',
  };
}

/** Stores them in one go, with the person's rights. */
export async function saveChoices(
  autokitteh: PersonsAutoKitteh,
  connectionId: string,
  { answers, updatesMessages, getsOwnEvents, keepsOrder }: WorkflowChoices,
  signal: AbortSignal,
): Promise<void> {
  const kinds = ANSWER_KINDS.filter((kind) => answers.has(kind)).join(',');
  const stored = [
    { name: ANSWERS_VARIABLE, value: kinds, isSecret: false },
    { name: BUTTON_UPDATE_VARIABLE, value: updatesMessages ? 'on' : 'off', isSecret: false },
    { name: OWN_EVENTS_VARIABLE, value: getsOwnEvents ? 'on' : 'off', isSecret: false },
    { name: ORDER_VARIABLE, value: keepsOrder ? 'on' : 'off', isSecret: false },
  ];
  await autokitteh.setVariables(connectionId, stored, signal);
}
