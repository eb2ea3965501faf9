import { callerOf, createGuard } from '../contract/bearer.js';
import type { DeadLetters } from '../delivery/delivery.js';
import type { AdminPorts } from '../ops/admin.js';
import { overviewOf, type Observed } from './status-of-program.js';

/** What `/ops/` shows and does. Its guard is the contract's. */
export function adminPorts(observed: Observed, letters: DeadLetters, token: string | undefined): AdminPorts {
  const guard = createGuard(token);
  return {
    refusal: (request) => guard(callerOf(request), request.headers.authorization ?? ''),
    overview: () => overviewOf(observed),
    deadLetters: async (after, limit) =>
      (await letters.list(after, limit)).map(({ id, connectionId, kind, key, reason, settledAt }) => ({
        givenUpAt: new Date(settledAt).toISOString(),
        ...{ id, connectionId, kind, key, reason },
      })),
    resend: (ids) => letters.resend(ids),
  };
}
