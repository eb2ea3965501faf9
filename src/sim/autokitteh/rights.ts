import { SYSTEM, callerId, type Caller } from './identity.js';
import { refusals } from './refusals.js';
import type { Store } from './store.js';

/** AutoKitteh's default policy: the system may everything, a member what belongs to the own organisation. */
export class Rights {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  isSystem(caller: Caller): boolean {
    return caller.t === SYSTEM.t;
  }

  isMember(caller: Caller, orgId: string | undefined): boolean {
    if (this.isSystem(caller)) return true;
    return orgId !== undefined && this.#store.orgs.get(orgId)?.memberIds.has(callerId(caller)) === true;
  }

  /** Refuses a change of what belongs to another organisation. */
  requireMember(caller: Caller, orgId: string | undefined): void {
    if (!this.isMember(caller, orgId)) throw refusals.unauthorized();
  }

  requireSystem(caller: Caller): void {
    if (!this.isSystem(caller)) throw refusals.unauthorized();
  }

  /** The organisation that a user works in unless another is named; undefined for the system. */
  defaultOrg(caller: Caller): string | undefined {
    return this.#store.users.get(callerId(caller))?.defaultOrgId;
  }
}
