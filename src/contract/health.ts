import { Code, ConnectError, type ConnectRouter, type ServiceImpl } from '@connectrpc/connect';
import type { Readiness } from '../core/readiness.js';
import { IntegrationsService } from '../gen/autokitteh/integrations/v1/integrations_pb.js';
import { PORT_LIMITS } from '../http/limits.js';
import { Health, HealthCheckResponse_ServingStatus as Serving } from '../gen/grpc/health/v1/health_pb.js';

const KNOWN: ReadonlySet<string> = new Set(['', IntegrationsService.typeName, Health.typeName]);

/** gRPC's health service, by readiness: the program as a whole, and the contract by its name. A stop ends `Watch`. Probes have no credential. */
export function healthRoutes(
  readiness: Pick<Readiness, 'state' | 'changed'>,
): (router: ConnectRouter) => void {
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
