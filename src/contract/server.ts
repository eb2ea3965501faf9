import {
  Code,
  ConnectError,
  createConnectRouter,
  type ConnectRouter,
  type ServiceImpl,
} from '@connectrpc/connect';
import { compressionGzip } from '@connectrpc/connect-node';
import type { Clock } from '../core/clock.js';
import type { Credential } from '../core/credential.js';
import type { Address } from '../core/listen.js';
import type { Log } from '../core/log.js';
import type { Readiness } from '../core/readiness.js';
import { IntegrationsService } from '../gen/autokitteh/integrations/v1/integrations_pb.js';
import { Health, HealthCheckResponse_ServingStatus as Serving } from '../gen/grpc/health/v1/health_pb.js';
import type { DualHandler } from '../http/dual-request.js';
import { startDualServer, type DualServer } from '../http/dual-server.js';
import { PORT_LIMITS } from '../http/limits.js';
import type { NoteRefusal } from '../http/refusals.js';
import { bearer, rpcHandler } from './rpc-handler.js';
import { contractRoutes, type ContractOptions } from './service.js';

export interface ContractServerOptions extends ContractOptions {
  readonly listen: Address;
  /** The bearer credential that every RPC of the contract must carry. */
  readonly credential: Credential;
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
    refuseCaller: bearer(options.credential),
    ...{ fallback: options.fallback, refused, log: options.log },
  });
  return startDualServer({ ...options.listen, handler, connections, refused, clock });
}

const KNOWN: ReadonlySet<string> = new Set(['', IntegrationsService.typeName, Health.typeName]);

/** gRPC's health service, by readiness: the program as a whole, and the contract by its name. A stop ends `Watch`. Probes have no credential. */
function healthRoutes(readiness: Pick<Readiness, 'state' | 'changed'>): (router: ConnectRouter) => void {
  const now = (): Serving => (readiness.state.t === 'ready' ? Serving.SERVING : Serving.NOT_SERVING);
  return (router) => {
    const service: ServiceImpl<typeof Health> = {
      check({ service }) {
        if (!KNOWN.has(service)) throw new ConnectError(`service ${service} is unknown here`, Code.NotFound);
        return { status: now() };
      },
      async *watch({ service }, { signal }) {
        if (!KNOWN.has(service)) yield { status: Serving.SERVICE_UNKNOWN };
        let wake = (): void => undefined;
        let told: Serving | undefined;
        const unsubscribe = readiness.changed.subscribe(() => wake());
        const onAbort = (): void => wake();
        signal.addEventListener('abort', onAbort, { once: true });
        try {
          while (!signal.aborted) {
            const changed = new Promise<void>((resolve) => (wake = resolve));
            const status = now();
            if (status !== told && KNOWN.has(service)) yield { status: (told = status) };
            // The port closes once every stream has ended.
            if (readiness.state.t === 'stopping') return;
            if (!isAborted(signal)) await changed;
          }
        } finally {
          unsubscribe();
          signal.removeEventListener('abort', onAbort);
        }
      },
    };
    router.service(Health, service, { readMaxBytes: PORT_LIMITS.questionBytes });
  };
}

// The compiler does not know that a signal may abort while a generator is suspended.
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
