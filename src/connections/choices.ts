import type { Variable } from '../autokitteh/client.js';
import { isBotsDoing, type Actor } from '../events/actor.js';
import type { Entry } from './registry.js';
import type { Variables } from './variables.js';

/** What a workflow may respond to within Slack's three seconds. */
export const RESPONSE_KINDS = ['slash_command', 'view_submission', 'options'] as const;

export type ResponseKind = (typeof RESPONSE_KINDS)[number];

/** Variable of a connection: the kinds that its workflows respond to, separated by commas; absent means none. */
export const ANSWERS_VARIABLE = 'socket_mode_answers';
/** Variable of a connection: `off` leaves messages as they are after a button was clicked. */
const BUTTON_UPDATE_VARIABLE = 'socket_mode_button_update';
/** Variable of a connection: `on` lets its workflows have what its own bot did, too. */
const OWN_EVENTS_VARIABLE = 'socket_mode_own_events';
/** Variable of a connection: `off` gives up the order of its events, so that none waits for another. */
const ORDER_VARIABLE = 'socket_mode_order';

/** What people choose for the workflows of a connection. */
export interface Choices {
  /** The kinds that they respond to within Slack's three seconds. */
  readonly answers: ReadonlySet<ResponseKind>;
  /** Whether a message is updated after one of its buttons was clicked. */
  readonly updatesMessages: boolean;
  /** Whether they also get what the connection's own bot did. */
  readonly getsOwnEvents: boolean;
  /** Whether events of one conversation go to them one at a time. */
  readonly keepsOrder: boolean;
}

/** The choices that a connection's variables hold. */
export function choicesOf(variables: Variables): Choices {
  return {
    answers: responseKindsOf(variables.get(ANSWERS_VARIABLE)),
    updatesMessages: variables.get(BUTTON_UPDATE_VARIABLE) !== 'off',
    getsOwnEvents: variables.get(OWN_EVENTS_VARIABLE) === 'on',
    keepsOrder: variables.get(ORDER_VARIABLE) !== 'off',
  };
}

/** The variables that hold these choices. */
export function choiceVariables(choices: Choices): Variable[] {
  const kinds = RESPONSE_KINDS.filter((kind) => choices.answers.has(kind)).join(',');
  return [
    { name: ANSWERS_VARIABLE, value: kinds, isSecret: false },
    { name: BUTTON_UPDATE_VARIABLE, value: choices.updatesMessages ? 'on' : 'off', isSecret: false },
    { name: OWN_EVENTS_VARIABLE, value: choices.getsOwnEvents ? 'on' : 'off', isSecret: false },
    { name: ORDER_VARIABLE, value: choices.keepsOrder ? 'on' : 'off', isSecret: false },
  ];
}

/** The kinds that the variable names; what is not a kind is ignored. */
export function responseKindsOf(variable: string | undefined): ReadonlySet<ResponseKind> {
  const words = wordsOf(variable);
  return new Set(RESPONSE_KINDS.filter((kind) => words.includes(kind)));
}

/** A word of the variable that is no kind, if there is one. */
export function unknownResponseKind(variable: string | undefined): string | undefined {
  return wordsOf(variable).find((word) => !(RESPONSE_KINDS as readonly string[]).includes(word));
}

/** Whether workflows of this connection chose to respond to this kind. */
export function respondsTo(entry: Entry | undefined, kind: ResponseKind): boolean {
  return responseKindsOf(entry?.variables?.get(ANSWERS_VARIABLE)).has(kind);
}

/** Whether messages are updated after clicks for this connection, as they are unless its variable says `off`. */
export function updatesMessages(entry: Entry | undefined): boolean {
  return entry?.variables?.get(BUTTON_UPDATE_VARIABLE) !== 'off';
}

/** Whether events of one conversation go to this connection one at a time, as they do unless its variable says `off`. */
export function keepsOrder(entry: Entry | undefined): boolean {
  return entry?.variables?.get(ORDER_VARIABLE) !== 'off';
}

/**
 * Whether an event is kept from a connection because its own bot did what it tells: a workflow that answers messages would
 * answer itself for ever. Who the bot is, Slack has said; no variable decides it.
 */
export function isOwnEvent(entry: Entry | undefined, actor: Actor): boolean {
  if (entry?.identity.t !== 'known' || entry.variables?.get(OWN_EVENTS_VARIABLE) === 'on') return false;
  return isBotsDoing(actor, entry.identity.owner);
}

function wordsOf(variable: string | undefined): string[] {
  return (variable ?? '').split(/[\s,]+/).filter((word) => word !== '');
}
