import type { Entry } from './registry.js';

/** Variable of a connection: `off` leaves messages as they are after a button was clicked. */
export const BUTTON_UPDATE_VARIABLE = 'socket_mode_button_update';

/** Whether messages are updated after clicks for this connection, as they are unless its variable says `off`. */
export function updatesMessages(entry: Entry | undefined): boolean {
  return entry?.variables?.get(BUTTON_UPDATE_VARIABLE) !== 'off';
}
