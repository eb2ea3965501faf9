import { createConnectRouter } from '@connectrpc/connect';
import { compressionGzip } from '@connectrpc/connect-node';
import type { Clock } from '../core/clock.js';
import type { Address } from '../core/listen.js';
import type { Log } from '../core/log.js';
import { bearer } from './bearer.js';
import type { DualHandler } from './dual-request.js';
import { startDualServer, type DualServer } from './dual-server.js';
import type { Readiness } from '../core/readiness.js';
import { Health } from '../gen/grpc/health/v1/health_pb.js';
import type { NoteRefusal } from '../http/refusals.js';
import { healthRoutes } from './health.js';
import { rpcHandler } from './rpc-handler.js';
import { contractRoutes, type ContractOptions } from './service.js';

export interface ContractServerOptions extends ContractOptions {
  readonly listen: Address;
  /** The bearer credential that every RPC of the contract must carry. */
  readonly token: string;
  /** What gRPC's health service tells. */
  readonly readiness: Pick<Readiness, 'state' | 'changed'>;
  /** Everything that is no RPC: pages, metrics, the health of HTTP. */
  readonly fallback: DualHandler;
  /** As many connections at a time. */
  readonly connections: number;
  readonly refused: NoteRefusal;
  readonly clock: Clock;
  readonly log: Pick<Log, 'error' | 'warn'>;
}

/** The plugin's own port: the contract and gRPC's health service in Connect, gRPC and gRPC-Web, and the fallback. */
export function startContractServer(options: ContractServerOptions): Promise<DualServer> {
  const { connections, refused, clock } = options;
  const router = createConnectRouter({ acceptCompression: [compressionGzip] });
  contractRoutes(options)(router);
  healthRoutes(options.readiness)(router);
  const handler = rpcHandler({
    handlers: router.handlers,
    // Probes have no credential.
    open: new Set([Health.typeName]),
    refuseCaller: bearer(options.token),
    ...{ fallback: options.fallback, refused, log: options.log },
  });
  return startDualServer({ ...options.listen, handler, connections, refused, clock });
}
