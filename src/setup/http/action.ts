import type { Servers } from '../answer-limit.js';
import type { OwnConnection } from '../connection-access.js';
import type { OpenedSockets } from '../opened-sockets.js';
import type { Outcome } from '../pages/view.js';
import type { SetupPorts } from '../ports.js';
import type { Fields } from './request.js';

/** What to do next: show the page with the outcome, or anew because something was stored, or ask the person. */
export type ActionAnswer =
  | { readonly t: 'changed' }
  /** Nothing was done yet: whether both tokens are to be deleted. */
  | { readonly t: 'ask' }
  | { readonly t: 'outcome'; readonly status: 200 | 400 | 502; readonly outcome: Outcome };

/** A button that was pressed, with what it is about. */
export interface Run extends Servers {
  readonly ports: SetupPorts;
  readonly opened: OpenedSockets;
  readonly fields: Fields;
  readonly connection: OwnConnection;
}
