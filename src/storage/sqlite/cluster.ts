import { Channel } from '../../core/channel.js';
import type {
  AcknowledgementRelay,
  Cluster,
  Membership,
  Notifications,
  PendingResponseStore,
  ReplicaReports,
  SocketSlot,
  SocketSlots,
} from '../cluster.js';

const SELF = { name: 'this process', instance: 'this process', isDraining: false };

/** A process that has its journal for itself. */
export const ALONE: Membership = {
  isShared: false,
  instance: SELF.instance,
  holdsLease: () => true,
  holds: () => true,
  lapsed: new Channel(),
  fenced: new Channel(),
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

/** There is nobody to tell anything. */
const REPORTS: ReplicaReports = {
  tell: () => undefined,
  of: () => new Map(),
  changed: new Channel(),
};

/** All answers reach the process that waits for them. */
const RESPONSES: PendingResponseStore = {
  open: () => undefined,
  close: () => undefined,
  settle: () => Promise.resolve(true),
  find: () => Promise.resolve(undefined),
  hand: () => Promise.resolve(false),
  arrived: new Channel(),
};

const NOTIFICATIONS: Notifications = {
  changed: () => Promise.resolve(),
  listChanged: () => undefined,
  listen: () => undefined,
};

/** There is nobody else who could send them. */
const RELAY: AcknowledgementRelay = { relay: () => Promise.resolve(false), arrived: new Channel() };

/** The ports of a process that shares its journal with nobody. */
export const NO_CLUSTER: Cluster = {
  membership: ALONE,
  slots: SLOTS,
  reports: REPORTS,
  responses: RESPONSES,
  notifications: NOTIFICATIONS,
  relay: RELAY,
};
