import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ConnectRouter } from '@connectrpc/connect';
import { isIntegrationId } from '../autokitteh/ids.js';
import { statusToMessage, type Status } from '../autokitteh/status.js';
import { functionValue, type Value } from '../autokitteh/values.js';
import type { ConnectionQueries } from '../connections/connection-queries.js';
import type { Log } from '../core/log.js';
import type { SlackFunctions } from '../functions/functions.js';
import {
  IntegrationsService,
  type ConfigureRequest,
  type ConfigureResponseSchema,
  type GetConnectionConfigRequest,
  type GetConnectionConfigResponseSchema,
  type GetConnectionStatusRequest,
  type GetRequest,
  type GetResponseSchema,
  type Integration,
  type ListRequest,
  type ListResponseSchema,
  type TestConnectionRequest,
} from '../gen/autokitteh/integrations/v1/integrations_pb.js';
import type { Function as FunctionMessage } from '../gen/autokitteh/module/v1/module_pb.js';
import { PORT_LIMITS } from '../http/limits.js';
import { call } from './call.js';
import { describeFunctions, describeIntegration } from './descriptor.js';
import { invalid, optionalConnectionId, refusals, requireConnectionId, requireOurs } from './errors.js';
import type { Manifest } from './manifest.js';

export interface ContractOptions {
  readonly manifest: Manifest;
  readonly live: Pick<ConnectionQueries, 'status' | 'test' | 'config' | 'knows'>;
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
    router.rpc(
      method.testConnection,
      (request) => connectionStatus(manifest, request, (id) => live.test(requireConnectionId(id))),
      questions,
    );
    // The server asks it while a write of variables is still pending, so nothing here may wait for such a write.
    router.rpc(
      method.getConnectionStatus,
      (request) => connectionStatus(manifest, request, (id) => live.status(optionalConnectionId(id))),
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

/** Get: by id or by name, never both; an unknown one is answered with nothing. */
function getIntegration(
  ours: Integration,
  { integrationId, name }: GetRequest,
): MessageInitShape<typeof GetResponseSchema> {
  if ((integrationId === '') === (name === '')) {
    throw invalid('give either integration_id or name [integration_id_xor_name]');
  }
  if (integrationId !== '' && !isIntegrationId(integrationId)) {
    throw invalid('integration_id is not an integration id');
  }
  return integrationId === ours.integrationId || name === ours.uniqueName ? { integration: ours } : {};
}

/** List: the one integration that is here, if its names contain the substring. */
function listIntegrations(
  ours: Integration,
  { nameSubstring }: ListRequest,
): MessageInitShape<typeof ListResponseSchema> {
  const wanted = [ours.uniqueName, ours.displayName].some((name) => name.includes(nameSubstring));
  return { integrations: wanted ? [ours] : [] };
}

/** GetConnectionStatus and TestConnection: what is found wrong is a status, not an error. */
async function connectionStatus(
  { integrationId: ours }: Manifest,
  { integrationId, connectionId }: GetConnectionStatusRequest | TestConnectionRequest,
  statusOf: (connectionId: string) => Promise<Status>,
): Promise<{ readonly status: ReturnType<typeof statusToMessage> }> {
  requireOurs(integrationId, ours);
  return { status: statusToMessage(await statusOf(connectionId)) };
}

/** A connection's functions as values, the same at every call. */
export type FunctionValues = (connectionId: string) => Record<string, Value>;

/**
 * Configure: what a session starts with. It runs at the start of every session and at every replay of it, one
 * connection after the other, so it must be quick and the same each time.
 */
async function configure(
  { integrationId: ours }: Manifest,
  live: Pick<ConnectionQueries, 'config'>,
  functionsOf: FunctionValues,
  request: ConfigureRequest,
): Promise<MessageInitShape<typeof ConfigureResponseSchema>> {
  requireOurs(request.integrationId, ours);
  const connectionId = optionalConnectionId(request.connectionId);
  const config = connectionId === '' ? {} : { ...(await live.config(connectionId)) };
  return { config, values: functionsOf(connectionId) };
}

/** GetConnectionConfig: the configuration without the functions. */
async function getConnectionConfig(
  { integrationId: ours }: Manifest,
  live: Pick<ConnectionQueries, 'config'>,
  request: GetConnectionConfigRequest,
): Promise<MessageInitShape<typeof GetConnectionConfigResponseSchema>> {
  requireOurs(request.integrationId, ours);
  return { config: { ...(await live.config(requireConnectionId(request.connectionId))) } };
}

/**
 * Each function, bound to the connection by its data: the bytes of the connection's id come back in every call.
 * Parameters are described by the descriptor alone: with them all functions of Slack are 72 KB instead of 33, and
 * encoding them takes three times as long, at every start and replay of a session.
 */
function functionValues(executorId: string, functions: ReadonlyMap<string, FunctionMessage>): FunctionValues {
  const described = [...functions].map(([name, desc]) => ({ name, desc: { ...desc, input: [] } }));
  return (connectionId) => {
    const data = new TextEncoder().encode(connectionId);
    const values: Record<string, Value> = {};
    for (const { name, desc } of described) values[name] = functionValue({ executorId, name, data, desc });
    return values;
  };
}
