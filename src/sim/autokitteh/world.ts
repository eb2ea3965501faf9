import type { Dispatching } from './dispatching.js';
import type { Identity } from './identity.js';
import type { Registry } from './registry.js';
import type { Rights } from './rights.js';
import type { Sessions } from './sessions.js';
import type { Statuses } from './statuses.js';
import type { Store } from './store.js';
import type { Clock } from '../../core/clock.js';

/** What the stand-in's services share. */
export interface World {
  readonly clock: Clock;
  readonly store: Store;
  readonly identity: Identity;
  readonly rights: Rights;
  readonly registry: Registry;
  readonly statuses: Statuses;
  readonly sessions: Sessions;
  readonly dispatching: Dispatching;
}
