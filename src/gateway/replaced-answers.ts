import { create, toBinary, toJsonString } from '@bufbuild/protobuf';
import { createClient, type Transport } from '@connectrpc/connect';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AutoKitteh } from '../autokitteh/client.js';
import { isConnectionId } from '../autokitteh/ids.js';
import { statusFromMessage, statusToMessage, type Status } from '../autokitteh/status.js';
import { errorMessage } from '../core/errors.js';
import type { Log } from '../core/log.js';
import { StatusSchema } from '../gen/autokitteh/common/v1/common_pb.js';
import {
  RefreshStatusRequestSchema,
  RefreshStatusResponseSchema,
  TestRequestSchema,
  TestResponseSchema,
} from '../gen/autokitteh/connections/v1/connections_pb.js';
import { IntegrationsService } from '../gen/autokitteh/integrations/v1/integrations_pb.js';
import { PORT_LIMITS } from '../http/limits.js';
import { FirstBytes } from './bodies.js';
import { overlayDescriptor } from './descriptor-overlay.js';
import type { Forwarder } from './forwarder.js';
import type { Route, StatusQuestion } from './routes.js';
import { answerPayload, readRequest, rpcFormat, withPayload, type RpcFormat } from './rpc-body.js';
import { sendAnswer } from './server-response.js';

/** Messages of the two questions; they have the same fields. */
const STATUS_REQUESTS = { test: TestRequestSchema, refresh: RefreshStatusRequestSchema } as const;
const STATUS_RESPONSES = { test: TestResponseSchema, refresh: RefreshStatusResponseSchema } as const;

export interface ReplacedAnswersPorts {
  readonly integrationId: string;
  /** The contract service, asked in this process. */
  readonly contract: Transport;
  readonly live: {
    /** Whether it is a connection of this integration that uses Socket Mode. */
    isSocketMode(connectionId: string): Promise<boolean>;
  };
  /** Stores a status, as the server itself would have. */
  readonly server: Pick<AutoKitteh, 'pushStatus'>;
  readonly log: Pick<Log, 'warn'>;
}

/** Requests that the server answers first; its success is then replaced by what the contract service says. */
export interface ReplacedAnswers {
  /** `IntegrationsService` Get and List. */
  descriptor(
    request: IncomingMessage,
    response: ServerResponse,
    route: Route & { t: 'descriptor_rpc' },
  ): Promise<void>;
  /** `ConnectionsService` Test and RefreshStatus. */
  statusRpc(request: IncomingMessage, response: ServerResponse, question: StatusQuestion): Promise<void>;
  /** The same questions of the server's own pages. */
  statusPage(
    request: IncomingMessage,
    response: ServerResponse,
    route: Route & { t: 'status_page' },
  ): Promise<void>;
}

export function createReplacedAnswers(ports: ReplacedAnswersPorts, forwarder: Forwarder): ReplacedAnswers {
  const contract = createClient(IntegrationsService, ports.contract);
  return { descriptor, statusRpc, statusPage };

  async function descriptor(
    request: IncomingMessage,
    response: ServerResponse,
    { method }: Route & { t: 'descriptor_rpc' },
  ): Promise<void> {
    const format = rpcFormat(request.headers);
    if (format === undefined) {
      forwarder.forward(request, response);
      return;
    }
    const answer = await forwarder.exchange(request, response);
    if (answer === undefined) return;
    const payload = answerPayload(format, answer);
    const { integration } = await contract.get({ integrationId: ports.integrationId });
    const overlaid =
      payload === undefined || integration === undefined
        ? undefined
        : overlayDescriptor(format, method, payload, integration);
    if (overlaid === undefined) sendAnswer(response, answer);
    else sendAnswer(response, answer, withPayload(format, answer.body, overlaid));
  }

  async function statusRpc(
    request: IncomingMessage,
    response: ServerResponse,
    question: StatusQuestion,
  ): Promise<void> {
    const format = rpcFormat(request.headers);
    if (format === undefined) {
      forwarder.forward(request, response);
      return;
    }
    const kept = new FirstBytes(PORT_LIMITS.keptBytes);
    const answer = await forwarder.exchange(request, response, kept);
    if (answer === undefined) return;
    const succeeded = answerPayload(format, answer) !== undefined;
    const asked = succeeded
      ? await readRequest(format, STATUS_REQUESTS[question], request.headers, kept)
      : undefined;
    const status = asked === undefined ? undefined : await ownStatus(question, asked.connectionId);
    if (status === undefined) sendAnswer(response, answer);
    else
      sendAnswer(response, answer, withPayload(format, answer.body, statusPayload(format, question, status)));
  }

  async function statusPage(
    request: IncomingMessage,
    response: ServerResponse,
    { question, connectionId }: Route & { t: 'status_page' },
  ): Promise<void> {
    const answer = await forwarder.exchange(request, response);
    if (answer === undefined) return;
    const status = await ownStatus(question, connectionId);
    if (status === undefined) sendAnswer(response, answer);
    else sendAnswer(response, answer, pageOf(status));
  }

  /** The contract's answer for a connection that is ours; the server has let the caller ask by then. */
  async function ownStatus(question: StatusQuestion, connectionId: string): Promise<Status | undefined> {
    try {
      if (!isConnectionId(connectionId) || !(await ports.live.isSocketMode(connectionId))) return undefined;
    } catch (error) {
      // Whose connection it is cannot be told, so the server's word stands.
      ports.log.warn(
        { connection: connectionId, reason: errorMessage(error) },
        'could not find out whether a connection uses Socket Mode',
      );
      return undefined;
    }
    const status = await ask(question, connectionId);
    try {
      await ports.server.pushStatus(connectionId, status);
    } catch (error) {
      ports.log.warn(
        { connection: connectionId, reason: errorMessage(error) },
        'the status of a connection could not be stored in AutoKitteh',
      );
    }
    return status;
  }

  /** What the contract says. Never rejects: that it could not be asked is a status, too. */
  async function ask(question: StatusQuestion, connectionId: string): Promise<Status> {
    const request = { integrationId: ports.integrationId, connectionId };
    try {
      const { status } =
        question === 'test'
          ? await contract.testConnection(request)
          : await contract.getConnectionStatus(request);
      return statusFromMessage(status);
    } catch (error) {
      return {
        code: 'error',
        message: `The Slack integration could not determine the status: ${errorMessage(error)}`,
      };
    }
  }
}

/** The message that answers the question, in the format of the call. */
function statusPayload(format: RpcFormat, question: StatusQuestion, status: Status): Uint8Array {
  const schema = STATUS_RESPONSES[question];
  const message = create(schema, { status: statusToMessage(status) });
  return format === 'json' ? Buffer.from(toJsonString(schema, message)) : toBinary(schema, message);
}

/** The status as the server's own pages write it. */
function pageOf(status: Status): string {
  return `${toJsonString(StatusSchema, statusToMessage(status))}\n`;
}
