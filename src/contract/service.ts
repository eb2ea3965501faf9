import type { ConnectRouter, Interceptor } from '@connectrpc/connect';
import type { Log } from '../core/log.js';
import type { SlackFunctions } from '../functions/functions.js';
import { IntegrationsService } from '../gen/autokitteh/integrations/v1/integrations_pb.js';
import { call } from './call.js';
import { configure, functionValues, getConnectionConfig } from './configuration.js';
import { getConnectionStatus } from './connection-status.js';
import { getIntegration, listIntegrations } from './describe.js';
import { describeFunctions, describeIntegration } from './descriptor.js';
import type { Manifest } from './manifest.js';
import type { ConnectionFacts } from './ports.js';
import { refusals } from './refusal.js';
import { testConnection } from './test-connection.js';

export interface ContractOptions {
  readonly manifest: Manifest;
  readonly facts: ConnectionFacts;
  readonly functions: SlackFunctions;
  readonly log: Pick<Log, 'error'>;
}

/**
 * AutoKitteh's integration contract, for `connectNodeAdapter` and for `createRouterTransport` alike: whoever asks over
 * the wire and whoever asks in this process gets the same answers. `guards` decide who may ask.
 */
export function contractRoutes(
  options: ContractOptions,
  guards: readonly Interceptor[],
): (router: ConnectRouter) => void {
  const { manifest, facts, functions } = options;
  const described = describeFunctions(functions.list());
  const integration = describeIntegration(manifest, described);
  const functionsOf = functionValues(manifest.integrationId, described);
  return (router) => {
    router.service(
      IntegrationsService,
      {
        get: (request) => getIntegration(integration, request),
        list: (request) => listIntegrations(integration, request),
        configure: (request) => configure(manifest, facts, functionsOf, request),
        testConnection: (request) => testConnection(manifest, facts, request),
        getConnectionStatus: (request) => getConnectionStatus(manifest, facts, request),
        getConnectionConfig: (request) => getConnectionConfig(manifest, facts, request),
        call: (request, { signal, timeoutMs }) =>
          call(manifest, facts, functions, described, request, { signal, timeoutMs: timeoutMs() }),
      },
      { interceptors: [...guards, refusals(options.log)] },
    );
  };
}
