import type { ServiceImpl } from '@connectrpc/connect';
import { refusals, requireId } from '../refusals.js';
import type { World } from '../world.js';
import { IntegrationsService } from '../../../gen/autokitteh/integrations/v1/integrations_pb.js';

/** The server's own registry: it can be read, and nothing else. */
export function integrationsService({ registry }: World): ServiceImpl<typeof IntegrationsService> {
  const refuse = (method: string) => () => {
    throw refusals.unimplemented(`${IntegrationsService.typeName}.${method}`);
  };
  return {
    async get({ integrationId, name }) {
      if ((integrationId === '') === (name === ''))
        throw refusals.malformed('integration_id and name are mutually exclusive [integration_id_xor_name]');
      requireId(integrationId, 'int');
      const integration =
        integrationId === '' ? await registry.byName(name) : (await registry.byId(integrationId))?.descriptor;
      return integration === undefined ? {} : { integration };
    },
    list: async () => ({ integrations: await registry.list() }),
    configure: refuse('Configure'),
    testConnection: refuse('TestConnection'),
    getConnectionStatus: refuse('GetConnectionStatus'),
    getConnectionConfig: refuse('GetConnectionConfig'),
    call: refuse('Call'),
  };
}
