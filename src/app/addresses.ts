import type { Config } from '../config.js';
import type { Address } from '../core/listen.js';

/** The URL at which this machine reaches what listens there; `port` where the system chose it. */
export function urlOf({ host, port }: Address, chosen = port): string {
  const reachable = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${chosen}`;
}

/**
 * The server's address for people, where the set-up pages are not below it: nothing stands in front of the server, and
 * the manifest sends people to another address than the server's own.
 */
export function serverElsewhere(
  { autokittehUrl, autokittehPublicUrl, gatewayListen }: Config,
  connectionUrl: string,
): string | undefined {
  if (gatewayListen !== 'off' || !URL.canParse(connectionUrl)) return undefined;
  return autokittehPublicUrl ?? autokittehUrl;
}
