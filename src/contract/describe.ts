import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  GetRequest,
  GetResponseSchema,
  Integration,
  ListRequest,
  ListResponseSchema,
} from '../gen/autokitteh/integrations/v1/integrations_pb.js';
import { isIntegrationId } from '../autokitteh/ids.js';
import { invalid } from './rules.js';

/** Get: by id or by name, never both; an unknown one is answered with nothing. */
export function getIntegration(
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
export function listIntegrations(
  ours: Integration,
  { nameSubstring }: ListRequest,
): MessageInitShape<typeof ListResponseSchema> {
  const wanted = [ours.uniqueName, ours.displayName].some((name) => name.includes(nameSubstring));
  return { integrations: wanted ? [ours] : [] };
}
