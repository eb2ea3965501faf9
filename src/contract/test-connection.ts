import type { MessageInitShape } from '@bufbuild/protobuf';
import { statusToMessage } from '../autokitteh/status.js';
import type { LiveConnections } from '../connection/live/live-connections.js';
import type {
  TestConnectionRequest,
  TestConnectionResponseSchema,
} from '../gen/autokitteh/integrations/v1/integrations_pb.js';
import type { Manifest } from './manifest.js';
import { requireConnectionId, requireOurs } from './rules.js';

/** TestConnection: what is found wrong is a status, not an error. */
export async function testConnection(
  { integrationId: ours }: Manifest,
  live: Pick<LiveConnections, 'test'>,
  request: TestConnectionRequest,
): Promise<MessageInitShape<typeof TestConnectionResponseSchema>> {
  requireOurs(request.integrationId, ours);
  return { status: statusToMessage(await live.test(requireConnectionId(request.connectionId))) };
}
