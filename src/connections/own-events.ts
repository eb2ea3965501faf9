import { isBotsDoing, type Actor } from '../events/actor.js';
import type { Entry } from './registry.js';

/** Variable of a connection: `on` lets its workflows have what its own bot did, too. */
export const OWN_EVENTS_VARIABLE = 'socket_mode_own_events';

/**
 * Whether an event is kept from a connection because its own bot did what it tells: a workflow that answers messages would
 * answer itself for ever. Who the bot is, Slack has said; no variable decides it.
 */
export function isOwnEvent(entry: Entry | undefined, actor: Actor): boolean {
  if (entry?.identity.t !== 'known' || entry.variables?.get(OWN_EVENTS_VARIABLE) === 'on') return false;
  return isBotsDoing(actor, entry.identity.owner);
}
