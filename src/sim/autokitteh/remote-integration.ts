import { Code, ConnectError, createClient, type Client } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { idProblem, isSymbol } from './ids.js';
import type { IntegrationPort } from './integration-port.js';
import { refusals } from './refusals.js';
import { strictProblem } from './value-rules.js';
import type { Status } from '../../gen/autokitteh/common/v1/common_pb.js';
import {
  IntegrationsService,
  type Integration,
} from '../../gen/autokitteh/integrations/v1/integrations_pb.js';

/** Where a contract service answers, and the credential that it asks for. */
export interface Attachment {
  readonly url: string;
  readonly token?: string;
}

/** An integration that lives outside the server, driven over its contract as AutoKitteh's own client drives it. */
export class RemoteIntegration {
  readonly #client: Client<typeof IntegrationsService>;

  constructor(attachment: Attachment) {
    const { url, token } = attachment;
    this.#client = createClient(
      IntegrationsService,
      createConnectTransport({
        baseUrl: url,
        httpVersion: '1.1',
        useBinaryFormat: true,
        interceptors: [
          (next) => (request) => {
            if (token !== undefined) request.header.set('Authorization', `Bearer ${token}`);
            return next(request);
          },
        ],
      }),
    );
  }

  async list(): Promise<Integration[]> {
    const { integrations } = await translated(this.#client.list({}));
    return integrations.map(checkedDescriptor);
  }

  /** Asks for the descriptor of `id`; undefined when the contract service does not know it. */
  async attach(id: string): Promise<IntegrationPort | undefined> {
    const { integration } = await translated(this.#client.get({ integrationId: id }));
    return integration && this.#port(checkedDescriptor(integration));
  }

  #port(descriptor: Integration): IntegrationPort {
    const client = this.#client;
    const { integrationId } = descriptor;
    return {
      descriptor,
      status: async (connectionId) =>
        required((await translated(client.getConnectionStatus({ integrationId, connectionId }))).status),
      test: async (connectionId) =>
        required((await translated(client.testConnection({ integrationId, connectionId }))).status),
      async configure(connectionId) {
        const { config, values } = await translated(client.configure({ integrationId, connectionId }));
        for (const [name, value] of Object.entries(values)) {
          const problem = isSymbol(name) ? strictProblem(value) : `illegal symbol ${name}`;
          if (problem !== undefined) throw refusals.invalid(problem);
        }
        return { config, values };
      },
      async call({ function: called, args, kwargs, timeoutMs }) {
        if (called.function?.executorId !== integrationId)
          throw refusals.unknown(
            `function executor is ${called.function?.executorId ?? 'unset'}, not ${integrationId}`,
          );
        const answer = await client.call(
          { integrationId, function: called, args: [...args], kwargs: { ...kwargs } },
          timeoutMs === undefined ? {} : { timeoutMs },
        );
        return answer;
      },
    };
  }
}

const PASSED_ON = new Set([
  Code.AlreadyExists,
  Code.NotFound,
  Code.Unimplemented,
  Code.Unauthenticated,
  Code.PermissionDenied,
  Code.ResourceExhausted,
  Code.FailedPrecondition,
  Code.InvalidArgument,
]);

/** The answer, or the refusal as AutoKitteh's client words it. */
async function translated<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const refusal = ConnectError.from(error);
    if (PASSED_ON.has(refusal.code)) throw new ConnectError(refusal.rawMessage, refusal.code);
    if (refusal.code === Code.Unknown) throw refusals.unknown(refusal.rawMessage);
    throw refusals.unknown(`unknown connect error: ${refusal.message}`);
  }
}

function checkedDescriptor(descriptor: Integration): Integration {
  const { integrationId, uniqueName } = descriptor;
  const problem =
    integrationId === '' || !isSymbol(uniqueName)
      ? 'an integration needs an id and a unique name'
      : idProblem(integrationId, 'int');
  if (problem !== undefined) throw refusals.invalid(problem);
  return descriptor;
}

function required(status: Status | undefined): Status {
  if (status === undefined) throw refusals.invalid('status: value is required [required]');
  return status;
}
