import type { Membership } from '../storage/cluster.js';
import type { DeliveryLimits } from './limits.js';

// Two processes claim the rows of an app, those that host it.
const HOSTS = 2;

// However many processes there are, each dispatches so many at once, and so many urgent ones beyond.
const LEAST = 4;
const LEAST_URGENT = 2;

/** This process's part of the limits that hold for all processes which share the journal. */
export interface DeliveryShares {
  readonly concurrency: number;
  readonly perConnection: number;
  readonly urgentReserve: number;
}

/** The parts follow the number of members; while that changes, the sum may be over the limit for as long as a beat takes. */
export function deliveryShares(limits: DeliveryLimits, membership: Membership): () => DeliveryShares {
  let shares = divide(limits, membership);
  if (membership.isShared)
    membership.changed.subscribe(() => {
      shares = divide(limits, membership);
    });
  return () => shares;
}

function divide(limits: DeliveryLimits, membership: Membership): DeliveryShares {
  const { concurrency, perConnection, urgentReserve } = limits;
  const members = membership.members().filter(({ isDraining }) => !isDraining).length;
  if (members <= 1) return { concurrency, perConnection, urgentReserve };
  return {
    concurrency: part(concurrency, members, LEAST),
    perConnection: Math.ceil(perConnection / Math.min(HOSTS, members)),
    urgentReserve: part(urgentReserve, members, LEAST_URGENT),
  };
}

function part(limit: number, members: number, least: number): number {
  return Math.min(limit, Math.max(least, Math.ceil(limit / members)));
}
