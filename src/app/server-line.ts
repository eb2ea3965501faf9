import { createAutoKitteh, type AutoKittehClient } from '../autokitteh/client.js';
import type { Credentials } from '../autokitteh/credentials.js';
import type { Clock } from '../core/clock.js';

// A call to the server that takes longer has failed; Dispatch has a limit of its own.
const SERVER_CALL_MS = 15_000;

/** The line to the server with the limits that this program keeps to; nothing is sent before the first call. */
export function openServerLine(url: string, credentials: Credentials, clock: Clock): AutoKittehClient {
  return createAutoKitteh({ url, credentials, clock, timeoutMs: SERVER_CALL_MS });
}
