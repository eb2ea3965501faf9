import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Code, ConnectError, type ConnectRouter, type ServiceImpl } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { IntegrationsService } from '../../../../src/gen/autokitteh/integrations/v1/integrations_pb.js';

/** A contract service whose calls are written down, for a server that attaches it. */
export interface RecordedContract {
  readonly url: string;
  readonly token: string;
  /** `Get int_...`, `GetConnectionStatus con_...` and so on, in the order of their coming. */
  readonly calls: string[];
  stop(): Promise<void>;
}

/** Serves `service` on a free port of 127.0.0.1, for callers that bring the token. */
export async function recordContract(
  service: Partial<ServiceImpl<typeof IntegrationsService>>,
): Promise<RecordedContract> {
  const token = 'contract-credential';
  const calls: string[] = [];
  const handler = connectNodeAdapter({
    routes: (router: ConnectRouter) => router.service(IntegrationsService, service),
    interceptors: [
      (next) => (request) => {
        if (request.header.get('authorization') !== `Bearer ${token}`)
          throw new ConnectError('no credential', Code.Unauthenticated);
        const message = request.message as { integrationId?: string; connectionId?: string };
        calls.push(`${request.method.name} ${message.connectionId ?? message.integrationId ?? ''}`.trimEnd());
        return next(request);
      },
    ],
  });
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    calls,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
