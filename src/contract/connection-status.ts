import type { MessageInitShape } from '@bufbuild/protobuf';
import { statusToMessage } from '../autokitteh/status.js';
import type {
  GetConnectionStatusRequest,
  GetConnectionStatusResponseSchema,
} from '../gen/autokitteh/integrations/v1/integrations_pb.js';
import type { Manifest } from './manifest.js';
import type { ConnectionFacts } from './ports.js';
import { optionalConnectionId, requireOurs } from './rules.js';

/**
 * GetConnectionStatus. The server asks it while a write of variables is still pending, so nothing here may wait for
 * such a write.
 */
export async function getConnectionStatus(
  { integrationId: ours }: Manifest,
  facts: ConnectionFacts,
  request: GetConnectionStatusRequest,
): Promise<MessageInitShape<typeof GetConnectionStatusResponseSchema>> {
  requireOurs(request.integrationId, ours);
  return { status: statusToMessage(await facts.status(optionalConnectionId(request.connectionId))) };
}
