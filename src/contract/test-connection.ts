import type { MessageInitShape } from '@bufbuild/protobuf';
import { statusToMessage } from '../autokitteh/status.js';
import type {
  TestConnectionRequest,
  TestConnectionResponseSchema,
} from '../gen/autokitteh/integrations/v1/integrations_pb.js';
import type { Manifest } from './manifest.js';
import type { ConnectionFacts } from './ports.js';
import { requireConnectionId, requireOurs } from './rules.js';

/** TestConnection: what is found wrong is a status, not an error. */
export async function testConnection(
  { integrationId: ours }: Manifest,
  facts: ConnectionFacts,
  request: TestConnectionRequest,
): Promise<MessageInitShape<typeof TestConnectionResponseSchema>> {
  requireOurs(request.integrationId, ours);
  return { status: statusToMessage(await facts.test(requireConnectionId(request.connectionId))) };
}
