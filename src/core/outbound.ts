import { Socket } from 'node:net';

import { buildConnector, Client } from 'undici';

import { isExempt, NO_PROXIES, type Proxies, type Proxy } from './proxy.js';
import { UnreachableError } from './unreachable.js';

/** What undici asks for a connection to. */
type Target = buildConnector.Options;
type Connected = buildConnector.Callback;

/** The way to hosts outside: directly, or through a proxy where one is set for them. */
export interface Outbound {
  /** For undici's `connect`: TCP, what a proxy needs, TLS. Calls back once; all failures are `UnreachableError`s. */
  connect(target: Target, connected: Connected): void;
  /**
   * The same, telling of each socket on the way as it is made, so that whoever gives up can destroy it. The last one is the one
   * that is handed over.
   */
  connectWatched(target: Target, connected: Connected, onSocket: (socket: Socket) => void): void;
  /** The host of a URL for people, with the proxy on the way to it. */
  hostOf(url: URL): string;
}

// For TCP and TLS, and for a proxy's answer. What the whole call may take is the caller's business.
const CONNECT_MS = 10_000;

/** A direct way, for all hosts. */
export const DIRECT: Outbound = createOutbound(NO_PROXIES);

export function createOutbound(proxies: Proxies): Outbound {
  const proxyOf = (protocol: string, hostname: string, port: string): Proxy | undefined => {
    const isSecure = protocol === 'https:' || protocol === 'wss:';
    const proxy = isSecure ? proxies.https : proxies.http;
    const number = port === '' ? (isSecure ? 443 : 80) : Number(port);
    return proxy === undefined || isExempt(proxies.noProxy, hostname, number) ? undefined : proxy;
  };
  const hostOf = ({ protocol, hostname, host, port }: URL): string => {
    const proxy = proxyOf(protocol, hostname, port);
    return proxy === undefined ? host : `${host} through the proxy ${proxy.name}`;
  };

  function connectWatched(target: Target, connected: Connected, onSocket: (socket: Socket) => void): void {
    const host = hostOf(new URL(`${target.protocol}//${bracketed(target.hostname)}:${target.port}`));
    const done: Connected = (...[error, socket]) => {
      if (error === null) connected(null, socket);
      else connected(UnreachableError.of(host, error), null);
    };
    const proxy = proxyOf(target.protocol, target.hostname, target.port);
    if (proxy === undefined) onSocket(connectDirectly(target, done));
    else
      openTunnel(proxy, target, onSocket).then(
        (tunnel) => {
          if (target.protocol === 'https:')
            onSocket(connectDirectly({ ...target, httpSocket: tunnel }, done));
          else done(null, tunnel);
        },
        (error: unknown) => done(UnreachableError.of(host, error), null),
      );
  }

  return {
    connect: (target, connected) => connectWatched(target, connected, () => undefined),
    connectWatched,
    hostOf,
  };
}

// undici's types leave out that it returns the socket at once.
const connectDirectly = buildConnector({ allowH2: false, timeout: CONNECT_MS }) as (
  ...args: Parameters<buildConnector.connector>
) => Socket;

/** A connection to the target that the proxy has made; TLS with the target is still to come. */
async function openTunnel(
  proxy: Proxy,
  { hostname, port, protocol }: Target,
  onSocket: (socket: Socket) => void,
): Promise<Socket> {
  const authority = `${bracketed(hostname)}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`;
  const { authorization, name, origin } = proxy;
  const client = new Client(origin, {
    connect: (toProxy, connected) => onSocket(connectDirectly(toProxy, connected)),
  });
  const limit = AbortSignal.timeout(CONNECT_MS);
  try {
    const { socket, statusCode } = await client.connect({
      path: authority,
      headers: {
        host: authority,
        ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }),
      },
      signal: limit,
    });
    if (statusCode >= 200 && statusCode < 300 && socket instanceof Socket) return socket;
    socket.on('error', () => undefined).destroy();
    throw new UnreachableError(
      `the proxy ${name} refused to connect to ${authority} (HTTP ${statusCode}${hint(proxy, statusCode)})`,
      `PROXY_${statusCode}`,
      name,
    );
  } catch (error) {
    if (error instanceof UnreachableError) throw error;
    if (limit.aborted)
      throw new UnreachableError(`the proxy ${name} timed out`, 'ETIMEDOUT', name, { cause: error });
    throw UnreachableError.ofProxy(name, error);
  } finally {
    // The tunnel is its own by now; what is left is a client without a connection.
    client.destroy().catch(() => undefined);
  }
}

function hint({ authorization }: Proxy, status: number): string {
  if (status !== 407) return '';
  return authorization === undefined
    ? ': it requires a user name and a password in the URL of the proxy'
    : ': it does not accept the user name and the password in its URL';
}

function bracketed(hostname: string): string {
  return hostname.includes(':') && !hostname.startsWith('[') ? `[${hostname}]` : hostname;
}
