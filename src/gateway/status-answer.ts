import { create, toBinary, toJsonString } from '@bufbuild/protobuf';
import { createClient, type Client, type Transport } from '@connectrpc/connect';
import { statusFromMessage, statusToMessage, type Status } from '../autokitteh/status.js';
import { errorMessage } from '../core/errors.js';
import { StatusSchema } from '../gen/autokitteh/common/v1/common_pb.js';
import {
  RefreshStatusRequestSchema,
  RefreshStatusResponseSchema,
  TestRequestSchema,
  TestResponseSchema,
} from '../gen/autokitteh/connections/v1/connections_pb.js';
import { IntegrationsService } from '../gen/autokitteh/integrations/v1/integrations_pb.js';
import type { RpcFormat } from './rpc-body.js';
import type { StatusQuestion } from './routes.js';

/** Messages of the two questions; they have the same fields. */
export const STATUS_REQUESTS = { test: TestRequestSchema, refresh: RefreshStatusRequestSchema } as const;
const STATUS_RESPONSES = { test: TestResponseSchema, refresh: RefreshStatusResponseSchema } as const;

/** The contract's answer to a question about a connection, and where else it has to go. */
export interface StatusSource {
  /** What the contract says. Never rejects: that it could not be asked is a status, too. */
  ask(question: StatusQuestion, connectionId: string): Promise<Status>;
}

export function createStatusSource(contract: Transport, integrationId: string): StatusSource {
  const client: Client<typeof IntegrationsService> = createClient(IntegrationsService, contract);
  return {
    async ask(question, connectionId) {
      const request = { integrationId, connectionId };
      try {
        const { status } =
          question === 'test'
            ? await client.testConnection(request)
            : await client.getConnectionStatus(request);
        return statusFromMessage(status);
      } catch (error) {
        return {
          code: 'error',
          message: `The Slack integration could not determine the status: ${errorMessage(error)}`,
        };
      }
    },
  };
}

/** The message that answers the question, in the format of the call. */
export function statusPayload(format: RpcFormat, question: StatusQuestion, status: Status): Uint8Array {
  const schema = STATUS_RESPONSES[question];
  const message = create(schema, { status: statusToMessage(status) });
  return format === 'json' ? Buffer.from(toJsonString(schema, message)) : toBinary(schema, message);
}

/** The status as the server's own pages write it. */
export function statusPage(status: Status): string {
  return `${toJsonString(StatusSchema, statusToMessage(status))}\n`;
}
