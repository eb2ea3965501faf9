import type { Clock } from '../../core/clock.js';
import { forgetOldest } from './bounded-map.js';
import type { Identifiers } from './directory/identifiers.js';

/** A trigger id is good for three seconds (Slack: handling user interaction). */
const LIFETIME = 3_000;
/** As many are remembered, so that an old one is called expired and not unknown. */
const REMEMBERED = 10_000;

/** Trigger ids of interactions and slash commands. */
export interface Triggers {
  issue(appId: string): string;
  /** Uses one up; the error that Slack gives, or undefined if it was good. */
  exchange(id: string, appId: string): string | undefined;
}

export function createTriggers(clock: Clock, ids: Identifiers): Triggers {
  const issued = new Map<string, { appId: string; until: number; used: boolean }>();
  return {
    issue(appId) {
      const id = `${ids.digits(13)}.${ids.digits(12)}.${ids.hex(32)}`;
      issued.set(id, { appId, until: clock.monotonic() + LIFETIME, used: false });
      forgetOldest(issued, REMEMBERED);
      return id;
    },
    exchange(id, appId) {
      const trigger = issued.get(id);
      if (trigger?.appId !== appId) return 'invalid_trigger_id';
      if (trigger.used) return 'exchanged_trigger_id';
      if (clock.monotonic() > trigger.until) return 'expired_trigger_id';
      trigger.used = true;
      return undefined;
    },
  };
}
