import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ConnectRouter } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';

/** A small server that speaks Connect and notes what it was asked. */
export interface ConnectUpstream {
  readonly url: string;
  readonly seen: { path: string; headers: IncomingHttpHeaders }[];
  stop(): Promise<void>;
}

export async function startConnectUpstream(
  routes: (router: ConnectRouter) => void,
): Promise<ConnectUpstream> {
  const seen: ConnectUpstream['seen'] = [];
  const adapter = connectNodeAdapter({ routes });
  return startHttp(
    createServer((request, response) => {
      seen.push({ path: request.url ?? '', headers: request.headers });
      adapter(request, response);
    }),
    seen,
  );
}

/** Any HTTP server of a test, on a port of its own. */
export async function startHttp(
  server: Server,
  seen: ConnectUpstream['seen'] = [],
): Promise<ConnectUpstream> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
