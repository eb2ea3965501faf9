import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient, createRouterTransport, type ConnectError } from '@connectrpc/connect';
import { codeToString } from '@connectrpc/connect/protocol-connect';
import { expect, it } from 'vitest';
import { contractRoutes } from '../../../src/contract/service.js';
import { ERROR_CODES, PluginError } from '../../../src/core/errors.js';
import { IntegrationsService } from '../../../src/gen/autokitteh/integrations/v1/integrations_pb.js';
import { SLACK, stubContract } from './stubs.js';

it('Each error code is sent as the Connect code that docs/errors.md states', async () => {
  const docs = await readFile(join(import.meta.dirname, '../../../docs/errors.md'), 'utf8');
  const contract = stubContract();
  const client = createClient(IntegrationsService, createRouterTransport(contractRoutes(contract)));
  for (const code of ERROR_CODES) {
    contract.live.failure = new PluginError(code, 'because');
    const error = await client.getConnectionStatus({ integrationId: SLACK }).then(
      () => undefined,
      (failure: unknown) => failure as ConnectError,
    );
    expect(error).toBeDefined();
    const [, stated] = new RegExp(`\`${code}\` *\\| \`(\\w+)\``).exec(docs) ?? [];
    expect([code, error === undefined ? '' : codeToString(error.code)]).toEqual([code, stated]);
  }
});
