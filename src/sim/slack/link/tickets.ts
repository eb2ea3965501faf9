import type { Clock } from '../../../core/clock.js';
import type { Identifiers } from '../directory/identifiers.js';

/** What a ticket lets in. */
export interface Ticket {
  readonly appId: string;
  readonly token: string;
}

/** Single-use tickets of `apps.connections.open`. */
export interface Tickets {
  issue(ticket: Ticket): string;
  /** What it was issued for; undefined if it is unknown, was used before, or is too old. */
  redeem(id: string): Ticket | undefined;
}

/** `lifetime`: milliseconds in which a ticket must be used. */
export function createTickets(clock: Clock, ids: Identifiers, lifetime: number): Tickets {
  const issued = new Map<string, { ticket: Ticket; until: number }>();
  return {
    issue(ticket) {
      const id = ids.uuid();
      issued.set(id, { ticket, until: clock.monotonic() + lifetime });
      return id;
    },
    redeem(id) {
      const entry = issued.get(id);
      issued.delete(id);
      return entry === undefined || clock.monotonic() > entry.until ? undefined : entry.ticket;
    },
  };
}
