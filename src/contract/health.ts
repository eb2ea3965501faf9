import {
  Code,
  ConnectError,
  type ConnectRouter,
  type Interceptor,
  type ServiceImpl,
} from '@connectrpc/connect';
import { IntegrationsService } from '../gen/autokitteh/integrations/v1/integrations_pb.js';
import { Health, HealthCheckResponse_ServingStatus as Serving } from '../gen/grpc/health/v1/health_pb.js';

/** Whether the program serves, as probes see it. */
export interface HealthSource {
  serving(): boolean;
  /** Emits at each change. */
  readonly events: { subscribe(changed: () => void): () => void };
}

const KNOWN: ReadonlySet<string> = new Set(['', IntegrationsService.typeName, Health.typeName]);

/** gRPC's health service: the program as a whole, and the contract by its name. */
export function healthRoutes(
  source: HealthSource,
  guards: readonly Interceptor[],
): (router: ConnectRouter) => void {
  const now = (): Serving => (source.serving() ? Serving.SERVING : Serving.NOT_SERVING);
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
        const unsubscribe = source.events.subscribe(() => wake());
        const onAbort = (): void => wake();
        signal.addEventListener('abort', onAbort, { once: true });
        try {
          while (!signal.aborted) {
            const changed = new Promise<void>((resolve) => (wake = resolve));
            const status = now();
            if (status !== told && KNOWN.has(service)) yield { status: (told = status) };
            if (!isAborted(signal)) await changed;
          }
        } finally {
          unsubscribe();
          signal.removeEventListener('abort', onAbort);
        }
      },
    };
    router.service(Health, service, { interceptors: [...guards] });
  };
}

// The compiler does not know that a signal may abort while a generator is suspended.
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
