import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { create, fromBinary, toBinary, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import { Status_Code } from '../../src/gen/autokitteh/common/v1/common_pb.js';
import {
  ListResponseSchema,
  UpdateRequestSchema,
  UpdateResponseSchema,
} from '../../src/gen/autokitteh/connections/v1/connections_pb.js';
import {
  FindActiveConnectionIDsResponseSchema,
  GetRequestSchema,
  GetResponseSchema,
} from '../../src/gen/autokitteh/vars/v1/vars_pb.js';

export interface ListServerOptions {
  readonly connections: number;
  /** The first ones are active. */
  readonly active: number;
  readonly tokensOf: (index: number) => { readonly botToken: string; readonly appToken: string };
}

interface Described {
  readonly code: Status_Code;
  readonly message: string;
}

/**
 * A server that answers what the look at the connections asks, and costs little itself: an answer of 10,000 connections is made
 * once, until one of them is described otherwise. What else it is asked it does not know.
 */
export async function startListServer({ connections, active, tokensOf }: ListServerOptions) {
  const statuses: Described[] = Array.from({ length: connections }, () => ({
    code: Status_Code.UNSPECIFIED,
    message: '',
  }));
  let list: Uint8Array | undefined;
  const found = encoded(FindActiveConnectionIDsResponseSchema, {
    connectionIds: statuses.slice(0, active).map((_, index) => idOf(index)),
  });
  const describe = (index: number, status: Described): void => {
    statuses[index % connections] = status;
    list = undefined;
  };
  const variablesOf = (scopeId: string): Uint8Array => {
    if (!scopeId.startsWith('con_')) return encoded(GetResponseSchema, {});
    const { botToken, appToken } = tokensOf(indexOf(scopeId));
    const values = {
      auth_type: 'socketMode',
      private_bot_token: botToken,
      socket_mode_app_token: appToken,
    };
    const vars = Object.entries(values).map(([name, value]) => ({ scopeId, name, value, isSecret: true }));
    return encoded(GetResponseSchema, { vars });
  };
  const replyTo = (method: string | undefined, body: Buffer): Uint8Array | undefined => {
    switch (method) {
      case 'FindActiveConnectionIDs':
        return found;
      case 'List':
        return (list ??= listOf(statuses));
      case 'Get':
        return variablesOf(fromBinary(GetRequestSchema, body).scopeId);
      case 'Update': {
        const { connection } = fromBinary(UpdateRequestSchema, body);
        const { code = Status_Code.UNSPECIFIED, message = '' } = connection?.status ?? {};
        describe(indexOf(connection?.connectionId ?? ''), { code, message });
        return encoded(UpdateResponseSchema, {});
      }
      default:
        return undefined;
    }
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(response, replyTo(request.url?.split('/').at(-1), Buffer.concat(chunks))));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const wellCount = (): number => statuses.filter(({ code }) => code === Status_Code.OK).length;
  return { wellCount, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, describe };
}

function listOf(statuses: readonly Described[]): Uint8Array {
  const connections = statuses.map((status, index) => ({
    connectionId: idOf(index),
    integrationId: 'int_3kths1ack0ecf2874ee1b4203c',
    projectId: 'prj_01jbxvrn4tey78bcf1xr9tvdzs',
    name: `slack_${index}`,
    status,
    capabilities: { supportsConnectionTest: true, supportsConnectionInit: true },
    links: { init_url: `/connections/${idOf(index)}/init`, self: `/connections/${idOf(index)}` },
  }));
  return encoded(ListResponseSchema, { connections });
}

function idOf(index: number): string {
  return `con_${String(index).padStart(26, '0')}`;
}

function indexOf(connectionId: string): number {
  return Number(connectionId.slice(4));
}

function encoded<Desc extends DescMessage>(desc: Desc, message: MessageInitShape<Desc>): Uint8Array {
  return toBinary(desc, create(desc, message));
}

function answer(response: ServerResponse, bytes: Uint8Array | undefined): void {
  if (bytes === undefined)
    response.writeHead(501, { 'content-type': 'application/json' }).end('{"code":"unimplemented"}');
  else
    response
      .writeHead(200, { 'content-type': 'application/proto', 'content-length': bytes.length })
      .end(bytes);
}
