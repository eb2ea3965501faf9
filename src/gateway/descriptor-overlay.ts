import { fromBinary, toBinary, toJson, type JsonObject, type JsonValue } from '@bufbuild/protobuf';
import { countFields, countJsonMembers } from '../autokitteh/field-count.js';
import { isJsonObject } from '../core/json.js';
import {
  GetResponseSchema,
  IntegrationSchema,
  ListResponseSchema,
  type Integration,
} from '../gen/autokitteh/integrations/v1/integrations_pb.js';
import { PORT_LIMITS } from '../http/limits.js';
import type { RpcFormat } from './rpc-body.js';

/**
 * Lays our descriptor over the server's entry of the same id in an answer of Get or List, and leaves everything else
 * as it is, fields that are unknown here too. The module stays the server's: it does not call our functions. Undefined
 * when the answer cannot be read, or has so many fields that reading it could exhaust memory: each costs some 250 bytes.
 */
export function overlayDescriptor(
  format: RpcFormat,
  method: 'Get' | 'List',
  payload: Buffer,
  ours: Integration,
): Uint8Array | undefined {
  try {
    if (fieldsOf(format, method, payload) > PORT_LIMITS.messageFields) return undefined;
    return overlay(format, method, payload, ours);
  } catch {
    return undefined;
  }
}

function fieldsOf(format: RpcFormat, method: 'Get' | 'List', payload: Buffer): number {
  if (format === 'json') return countJsonMembers(payload, PORT_LIMITS.messageFields);
  const schema = method === 'Get' ? GetResponseSchema : ListResponseSchema;
  return countFields(schema, payload, PORT_LIMITS.messageFields);
}

function overlay(format: RpcFormat, method: 'Get' | 'List', payload: Buffer, ours: Integration): Uint8Array {
  if (format === 'json') return overlayJson(method, payload, ours);
  if (method === 'Get') {
    const response = fromBinary(GetResponseSchema, payload);
    if (response.integration?.integrationId !== ours.integrationId) return payload;
    response.integration = overlaid(response.integration, ours);
    return toBinary(GetResponseSchema, response);
  }
  const response = fromBinary(ListResponseSchema, payload);
  response.integrations = response.integrations.map((entry) =>
    entry.integrationId === ours.integrationId ? overlaid(entry, ours) : entry,
  );
  return toBinary(ListResponseSchema, response);
}

function overlaid(entry: Integration, ours: Integration): Integration {
  const merged: Integration = { ...entry, ...ours };
  if (entry.module === undefined) delete merged.module;
  else merged.module = entry.module;
  if (entry.$unknown !== undefined) merged.$unknown = entry.$unknown;
  return merged;
}

function overlayJson(method: 'Get' | 'List', payload: Buffer, ours: Integration): Uint8Array {
  const response = JSON.parse(payload.toString()) as JsonValue;
  if (!isJsonObject(response)) return payload;
  const { integration, integrations } = response;
  if (method === 'Get' && isJsonObject(integration))
    response['integration'] = overlaidJson(integration, ours);
  if (method === 'List' && Array.isArray(integrations)) {
    response['integrations'] = integrations.map((entry) =>
      isJsonObject(entry) ? overlaidJson(entry, ours) : entry,
    );
  }
  return Buffer.from(JSON.stringify(response));
}

function overlaidJson(entry: JsonObject, ours: Integration): JsonObject {
  // Servers may be set to write either spelling; what is laid over must be spelt as the entry is.
  const useProtoFieldName = 'integration_id' in entry;
  if (entry[useProtoFieldName ? 'integration_id' : 'integrationId'] !== ours.integrationId) return entry;
  const { module: _module, ...fields } = toJson(IntegrationSchema, ours, { useProtoFieldName }) as JsonObject;
  return { ...entry, ...fields };
}
