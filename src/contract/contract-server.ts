import { connectNodeAdapter } from '@connectrpc/connect-node';
import type { Clock } from '../core/clock.js';
import type { Address } from '../core/listen.js';
import type { Log } from '../core/log.js';
import { bearer } from './bearer.js';
import { DUAL_SERVER_LIMITS, startDualServer, type DualHandler, type DualServer } from './dual-server.js';
import type { Readiness } from '../core/readiness.js';
import { healthRoutes } from './health.js';
import { contractRoutes, type ContractOptions } from './service.js';

export interface ContractServerOptions extends ContractOptions {
  readonly listen: Address;
  /** The bearer credential that every RPC of the contract must carry. */
  readonly token: string;
  /** What gRPC's health service tells. */
  readonly readiness: Pick<Readiness, 'state' | 'changed'>;
  /** Everything that is no RPC: pages, metrics, the health of HTTP. */
  readonly fallback: DualHandler;
  readonly clock: Clock;
  readonly log: Pick<Log, 'error' | 'warn'>;
}

// Files are uploaded to Slack straight from workflows' hosts or in pieces; no request of the contract is larger.
const MAX_REQUEST_BYTES = 16 * 1024 * 1024;

/** The plugin's own port: the contract and gRPC's health service in Connect, gRPC and gRPC-Web, and the fallback. */
export function startContractServer(options: ContractServerOptions): Promise<DualServer> {
  // Options of a service replace those of the adapter, so each service is given its guard.
  const routes = [contractRoutes(options, [bearer(options.token)]), healthRoutes(options.readiness)];
  const adapter = connectNodeAdapter({
    routes: (router) => {
      for (const add of routes) add(router);
    },
    readMaxBytes: MAX_REQUEST_BYTES,
    fallback: options.fallback,
  });
  return startDualServer({
    ...options.listen,
    handler: adapter,
    clock: options.clock,
    limits: DUAL_SERVER_LIMITS,
  });
}
