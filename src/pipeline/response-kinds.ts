import type { ResponseKind } from '../connections/choices.js';
import { isJsonObject, objectAt, stringAt, type JsonObject } from '../core/json.js';
import { PORT_LIMITS } from '../http/limits.js';

/** The kind of response that Slack reads from this frame's acknowledgement, if it reads any. */
export function responseKindOf(kind: string, payload: JsonObject): ResponseKind | undefined {
  if (kind === 'slash_commands') return 'slash_command';
  if (kind !== 'interactive') return undefined;
  switch (stringAt(payload, 'type')) {
    case 'view_submission':
      return 'view_submission';
    case 'block_suggestion':
      return 'options';
    default:
      return undefined;
  }
}

// Slack: "Modals", response actions.
const RESPONSE_ACTIONS: ReadonlySet<string> = new Set(['errors', 'update', 'push', 'clear']);

/** Why a workflow's response is not one of its kind, in a sentence for its author; nothing if it is. */
export function payloadProblem(kind: ResponseKind, answer: unknown): string | undefined {
  if (!isJsonObject(answer)) return 'the answer must be a JSON object';
  if (nestsTooDeep(answer))
    return `objects and lists may be nested at most ${PORT_LIMITS.workflowAnswerDepth} levels deep`;
  switch (kind) {
    case 'slash_command':
      return messageProblem(answer);
    case 'view_submission':
      return viewProblem(answer);
    case 'options':
      return Array.isArray(answer['options']) || Array.isArray(answer['option_groups'])
        ? undefined
        : 'an answer to an options request needs a list under options or option_groups';
  }
}

// Writing it for Slack takes a step into each level, and would fail when the workflow has heard that all is well.
function nestsTooDeep(answer: JsonObject): boolean {
  let level: object[] = [answer];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth === PORT_LIMITS.workflowAnswerDepth) return true;
    level = level.flatMap((value) =>
      Object.values(value).filter((part): part is object => typeof part === 'object' && part !== null),
    );
  }
  return false;
}

// An empty object closes the modal, and shows nothing for a command.
function messageProblem(answer: JsonObject): string | undefined {
  if (Object.keys(answer).length === 0) return undefined;
  const hasText = typeof answer['text'] === 'string' && answer['text'] !== '';
  return hasText || Array.isArray(answer['blocks']) || Array.isArray(answer['attachments'])
    ? undefined
    : 'an answer to a slash command needs text, blocks or attachments';
}

function viewProblem(answer: JsonObject): string | undefined {
  if (Object.keys(answer).length === 0) return undefined;
  const action = stringAt(answer, 'response_action');
  if (!RESPONSE_ACTIONS.has(action)) return 'response_action must be errors, update, push or clear';
  if (action === 'errors' && objectAt(answer, 'errors') === undefined) {
    return 'response_action errors needs errors: an object with a sentence for each block_id';
  }
  if ((action === 'update' || action === 'push') && objectAt(answer, 'view') === undefined) {
    return `response_action ${action} needs a view`;
  }
  return undefined;
}
