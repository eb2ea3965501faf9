import type { MessageInitShape } from '@bufbuild/protobuf';
import { functionValue, type Value } from '../autokitteh/values.js';
import type { LiveConnections } from '../connection/live/live-connections.js';
import type {
  ConfigureRequest,
  ConfigureResponseSchema,
  GetConnectionConfigRequest,
  GetConnectionConfigResponseSchema,
} from '../gen/autokitteh/integrations/v1/integrations_pb.js';
import type { Function as FunctionMessage } from '../gen/autokitteh/module/v1/module_pb.js';
import type { Manifest } from './manifest.js';
import { optionalConnectionId, requireConnectionId, requireOurs } from './rules.js';

/** A connection's functions as values, the same at every call. */
export type FunctionValues = (connectionId: string) => Record<string, Value>;

/**
 * Configure: what a session starts with. It runs at the start of every session and at every replay of it, one
 * connection after the other, so it must be quick and the same each time.
 */
export async function configure(
  { integrationId: ours }: Manifest,
  live: Pick<LiveConnections, 'config'>,
  functionsOf: FunctionValues,
  request: ConfigureRequest,
): Promise<MessageInitShape<typeof ConfigureResponseSchema>> {
  requireOurs(request.integrationId, ours);
  const connectionId = optionalConnectionId(request.connectionId);
  const config = connectionId === '' ? {} : { ...(await live.config(connectionId)) };
  return { config, values: functionsOf(connectionId) };
}

/** GetConnectionConfig: the configuration without the functions. */
export async function getConnectionConfig(
  { integrationId: ours }: Manifest,
  live: Pick<LiveConnections, 'config'>,
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
export function functionValues(
  executorId: string,
  functions: ReadonlyMap<string, FunctionMessage>,
): FunctionValues {
  const described = [...functions].map(([name, desc]) => ({ name, desc: { ...desc, input: [] } }));
  return (connectionId) => {
    const data = new TextEncoder().encode(connectionId);
    const values: Record<string, Value> = {};
    for (const { name, desc } of described) values[name] = functionValue({ executorId, name, data, desc });
    return values;
  };
}
