/** This process among those that share the journal. */
export interface Membership {
  /** Whether this process may claim rows now: no other one can have ended its lease. */
  holdsLease(): boolean;
  /** Whether a dispatch of the row may begin now: the row was claimed under the lease that this process holds. */
  holds(row: { readonly id: number; readonly turn?: number | undefined }): boolean;
}

/** A process that has its journal for itself. */
export const ALONE: Membership = { holdsLease: () => true, holds: () => true };
