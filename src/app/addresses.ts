import type { Address } from '../config.js';

/** The URL at which this machine reaches what listens there; `port` where the system chose it. */
export function urlOf({ host, port }: Address, chosen = port): string {
  const reachable = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${chosen}`;
}
