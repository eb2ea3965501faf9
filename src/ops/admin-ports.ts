import type { Registry } from 'prom-client';
import type { DeadLetters } from '../delivery/delivery.js';
import type { AdminPorts } from './admin.js';
import { overviewOf, type Observed } from './status-of-program.js';

/** What `/ops/` and `/metrics` show and do. */
export function adminPorts(observed: Observed, letters: DeadLetters, metrics: Registry): AdminPorts {
  return {
    overview: () => overviewOf(observed),
    deadLetters: async (after, limit) =>
      (await letters.list(after, limit)).map(({ id, connectionId, kind, key, reason, settledAt }) => ({
        givenUpAt: new Date(settledAt).toISOString(),
        ...{ id, connectionId, kind, key, reason },
      })),
    resend: (ids) => letters.resend(ids),
    metrics,
  };
}
