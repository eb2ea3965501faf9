import { PORT_LIMITS } from './limits.js';

/** How many connections of clients each port takes. */
export interface ConnectionCaps {
  readonly gateway: number;
  readonly plugin: number;
}

// Node names no limit on Windows, and "unlimited" where there is none.
const UNKNOWN_LIMIT = 1_024;

/** The process's soft limit of file descriptors; node has raised it to the hard one by then. */
export function descriptorLimit(): number {
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } };
  const soft = userLimits?.open_files?.soft;
  if (soft === 'unlimited') return Number.MAX_SAFE_INTEGER;
  return typeof soft === 'number' ? soft : UNKNOWN_LIMIT;
}

/**
 * Half of the descriptors are for clients, so that strangers cannot take those that Slack's sockets, the journal and our
 * own calls to AutoKitteh need. Of that half an eighth goes to the plugin's port, and the gateway's clients share the
 * rest with the connections that each of them may need to the server.
 */
export function connectionCaps(descriptors: number): ConnectionCaps {
  const clients = Math.min(Math.floor(descriptors / 2), 2 * PORT_LIMITS.connections);
  const plugin = Math.max(1, Math.floor(clients / 8));
  return { plugin, gateway: Math.max(1, Math.floor((clients - plugin) / 2)) };
}
