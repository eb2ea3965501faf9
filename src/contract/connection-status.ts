import type { MessageInitShape } from '@bufbuild/protobuf';
import { statusToMessage } from '../autokitteh/status.js';
import type { LiveConnections } from '../connection/live/live-connections.js';
import type {
  GetConnectionStatusRequest,
  GetConnectionStatusResponseSchema,
} from '../gen/autokitteh/integrations/v1/integrations_pb.js';
import type { Manifest } from './manifest.js';
import { optionalConnectionId, requireOurs } from './rules.js';

/**
 * GetConnectionStatus. The server asks it while a write of variables is still pending, so nothing here may wait for
 * such a write.
 */
export async function getConnectionStatus(
  { integrationId: ours }: Manifest,
  live: Pick<LiveConnections, 'status'>,
  request: GetConnectionStatusRequest,
): Promise<MessageInitShape<typeof GetConnectionStatusResponseSchema>> {
  requireOurs(request.integrationId, ours);
  return { status: statusToMessage(await live.status(optionalConnectionId(request.connectionId))) };
}
