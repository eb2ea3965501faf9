import { isExactObject, type ExactObject } from '../autokitteh/values-json.js';
import { exactObjectAt, textAt, type InnerEvent } from './frame.js';

/**
 * Whether the app's own bot (or the user on whose behalf it is installed) caused an event: workflows that answer what
 * happens in a channel would answer themselves for ever. The rules are the built-in integration's; event types that it
 * does not know are compared by `user` or `user_id`.
 */
export function isSelfEvent(inner: InnerEvent, payload: ExactObject): boolean {
  const authorizations = payload['authorizations'];
  if (!Array.isArray(authorizations) || authorizations.length === 0) return false;
  const actor = actorOf(inner);
  if (actor === '') return false;
  return authorizations.some((entry) => isExactObject(entry) && entry['user_id'] === actor);
}

function actorOf({ eventType, event }: InnerEvent): string {
  switch (eventType) {
    case 'app_home_opened':
    case 'app_uninstalled':
    case 'tokens_revoked':
      return '';
    case 'message':
      // Edits of a message carry its author in the message.
      return textAt(event, 'user') || textAt(exactObjectAt(event, 'message'), 'user');
    case 'channel_created':
    case 'channel_rename':
    case 'group_rename':
      return textAt(exactObjectAt(event, 'channel'), 'creator');
    default:
      break;
  }
  if (/^(?:channel|group|member)_/.test(eventType)) return textAt(event, 'inviter') || textAt(event, 'user');
  return textAt(event, 'user') || textAt(event, 'user_id');
}
