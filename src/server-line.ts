import type { AutoKittehClient } from './autokitteh/client.js';
import { createAutoKitteh } from './autokitteh/rpc-client.js';
import { createCredentials, type Credentials } from './autokitteh/credentials.js';
import { onlyConnection } from './autokitteh/one-connection.js';
import type { Config } from './config.js';
import type { Clock } from './core/clock.js';
import { createOutbound, type Outbound } from './core/outbound.js';

// A call to the server that takes longer has failed; Dispatch has a limit of its own.
const SERVER_CALL_MS = 15_000;

/**
 * The line to the server with the limits that this program keeps to, and to one connection where it serves one alone; nothing
 * is sent before the first call.
 */
export function openServerLine(config: Config, credentials: Credentials, clock: Clock): AutoKittehClient {
  const { autokittehUrl: url, onlyConnection: one } = config;
  const server = createAutoKitteh({
    url,
    outbound: outboundTo(config),
    credentials,
    clock,
    timeoutMs: SERVER_CALL_MS,
  });
  return one === undefined ? server : onlyConnection(server, one);
}

/** The same with this program's own credentials, for whoever needs these for nothing else. */
export function openOwnLine(config: Config, clock: Clock): AutoKittehClient {
  return openServerLine(config, createCredentials(config.autokittehCredentials, clock), clock);
}

/** The way to the server where AUTOKITTEH_PROXY names a proxy; else there is none but the direct one. */
export function outboundTo({ autokittehProxy: proxy }: Config): Outbound | undefined {
  return proxy && createOutbound({ http: proxy, https: proxy, noProxy: '' });
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
