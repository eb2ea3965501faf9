import { Channel } from '../../core/channel.js';
import type { Cluster, Membership, SocketSlot, SocketSlots } from '../cluster.js';

const SELF = { name: 'this process', instance: 'this process', isDraining: false };

/** A process that has its journal for itself. */
export const ALONE: Membership = {
  isShared: false,
  instance: SELF.instance,
  holdsLease: () => true,
  holds: () => true,
  lapsed: new Channel(),
  now: undefined,
  members: () => [SELF],
  changed: new Channel(),
  drain: () => Promise.resolve(),
};

const SLOT: SocketSlot = { setLive: () => undefined, free: () => undefined };

/** As many as are asked for: the pool of an app keeps to the app's limit by itself. */
const SLOTS: SocketSlots = {
  take: () => Promise.resolve(SLOT),
  others: () => ({ live: new Map(), seen: 0 }),
  look: () => Promise.resolve(),
  changed: new Channel(),
  looked: new Channel(),
  hold: () => 'sure',
  leave: () => Promise.resolve(false),
  stay: () => undefined,
};

/** The ports of a process that shares its journal with nobody. */
export const NO_CLUSTER: Cluster = { membership: ALONE, slots: SLOTS };
