import type { Entry } from './registry.js';

/** Variable of a connection: `off` gives up the order of its events, so that none waits for another. */
export const ORDER_VARIABLE = 'socket_mode_order';

/** Whether events of one conversation go to this connection one at a time, as they do unless its variable says `off`. */
export function keepsOrder(entry: Entry | undefined): boolean {
  return entry?.variables?.get(ORDER_VARIABLE) !== 'off';
}
