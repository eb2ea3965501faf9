import type { ConnectRouter } from '@connectrpc/connect';
import type { LiveConnections } from '../connection/live/live-connections.js';
import type { Log } from '../core/log.js';
import type { SlackFunctions } from '../functions/functions.js';
import { IntegrationsService } from '../gen/autokitteh/integrations/v1/integrations_pb.js';
import { PORT_LIMITS } from '../http/limits.js';
import { call } from './call.js';
import { configure, functionValues, getConnectionConfig } from './configuration.js';
import { getConnectionStatus } from './connection-status.js';
import { getIntegration, listIntegrations } from './describe.js';
import { describeFunctions, describeIntegration } from './descriptor.js';
import type { Manifest } from './manifest.js';
import { refusals } from './refusal.js';
import { testConnection } from './test-connection.js';

export interface ContractOptions {
  readonly manifest: Manifest;
  readonly live: Pick<LiveConnections, 'status' | 'test' | 'config' | 'knows'>;
  readonly functions: SlackFunctions;
  readonly log: Pick<Log, 'error'>;
}

/**
 * AutoKitteh's integration contract, for the plugin's port and for `createRouterTransport` alike: whoever asks over the
 * wire and whoever asks in this process gets the same answers.
 */
export function contractRoutes(options: ContractOptions): (router: ConnectRouter) => void {
  const { manifest, live, functions } = options;
  const described = describeFunctions(functions.list());
  const integration = describeIntegration(manifest, described);
  const functionsOf = functionValues(manifest.integrationId, described);
  const interceptors = [refusals(options.log)];
  const questions = { interceptors, readMaxBytes: PORT_LIMITS.questionBytes };
  const calls = { interceptors, readMaxBytes: PORT_LIMITS.callBytes };
  const { method } = IntegrationsService;
  return (router) => {
    router.rpc(method.get, (request) => getIntegration(integration, request), questions);
    router.rpc(method.list, (request) => listIntegrations(integration, request), questions);
    router.rpc(method.configure, (request) => configure(manifest, live, functionsOf, request), questions);
    router.rpc(method.testConnection, (request) => testConnection(manifest, live, request), questions);
    router.rpc(
      method.getConnectionStatus,
      (request) => getConnectionStatus(manifest, live, request),
      questions,
    );
    router.rpc(
      method.getConnectionConfig,
      (request) => getConnectionConfig(manifest, live, request),
      questions,
    );
    router.rpc(
      method.call,
      (request, { signal, timeoutMs }) =>
        call(manifest, live, functions, described, request, { signal, timeoutMs: timeoutMs() }),
      calls,
    );
  };
}
