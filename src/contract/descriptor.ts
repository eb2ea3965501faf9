import { create } from '@bufbuild/protobuf';
import { statusToMessage } from '../autokitteh/status.js';
import type { FunctionDescription } from '../functions/function-description.js';
import { IntegrationSchema, type Integration } from '../gen/autokitteh/integrations/v1/integrations_pb.js';
import {
  FunctionSchema,
  ModuleSchema,
  type Function as FunctionMessage,
} from '../gen/autokitteh/module/v1/module_pb.js';
import type { Manifest } from './manifest.js';

/** The descriptor as the wire carries it. */
export function describeIntegration(
  manifest: Manifest,
  functions: ReadonlyMap<string, FunctionMessage>,
): Integration {
  return create(IntegrationSchema, {
    integrationId: manifest.integrationId,
    uniqueName: manifest.uniqueName,
    displayName: manifest.displayName,
    description: manifest.description,
    logoUrl: manifest.logoUrl,
    userLinks: { ...manifest.userLinks },
    connectionUrl: manifest.connectionUrl,
    module: create(ModuleSchema, { functions: Object.fromEntries(functions) }),
    connectionCapabilities: { ...manifest.capabilities },
    initialConnectionStatus: statusToMessage(manifest.initialStatus),
  });
}

/** The functions as the wire describes them, by name. */
export function describeFunctions(functions: readonly FunctionDescription[]): Map<string, FunctionMessage> {
  return new Map(
    functions.map(({ name, description, documentationUrl, parameters }) => [
      name,
      create(FunctionSchema, {
        description,
        documentationUrl,
        input: parameters.map((parameter) => ({
          name: parameter.name,
          description: parameter.description,
          type: parameter.type,
          optional: parameter.optional,
          kwarg: parameter.keyword,
        })),
      }),
    ]),
  );
}
