import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { create, fromBinary, toBinary, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import { ListResponseSchema } from '../../src/gen/autokitteh/connections/v1/connections_pb.js';
import { DispatchResponseSchema } from '../../src/gen/autokitteh/dispatcher/v1/dispatcher_pb.js';
import {
  FindActiveConnectionIDsResponseSchema,
  GetRequestSchema,
  GetResponseSchema,
} from '../../src/gen/autokitteh/vars/v1/vars_pb.js';

/** A connection of an app, and its variables. */
export interface BareConnection {
  readonly connectionId: string;
  readonly integrationId: string;
  readonly variables: readonly {
    readonly name: string;
    readonly value: string;
    readonly isSecret: boolean;
  }[];
}

export interface BareServer {
  readonly url: string;
  /** Dispatches answered. */
  readonly count: () => number;
  /** Serves these connections at an address of their own, so that two programs can each have others; answers that address. */
  serve(place: string, connections: readonly BareConnection[]): string;
  stop(): void;
}

/**
 * Takes events, so many a second, and knows of each connection what is asked of it and nothing else: what is measured
 * beside it shares the processors with it, and a server is as a rule on a machine of its own.
 */
export async function startBareServer(perSecond: number): Promise<BareServer> {
  let count = 0;
  let nextTurn = 0;
  const answers = new Map<string, Buffer>();
  const server: Server = createServer((request, response) => {
    const end = (body: Buffer): void => {
      response.writeHead(200, { 'content-type': 'application/proto', 'content-length': body.length });
      response.end(body);
    };
    const path = request.url ?? '';
    if (path.endsWith(GET)) {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { scopeId } = fromBinary(GetRequestSchema, Buffer.concat(chunks));
        end(answers.get(`${path} ${scopeId}`) ?? NOTHING);
      });
      return;
    }
    request.resume();
    request.on('end', () => {
      if (!path.endsWith('/Dispatch')) {
        end(answers.get(path) ?? NOTHING);
        return;
      }
      const now = performance.now();
      const turn = Math.max(now, nextTurn);
      nextTurn = turn + 1000 / perSecond;
      const answer = (): void => {
        count += 1;
        end(DISPATCHED);
      };
      if (turn > now) setTimeout(answer, turn - now);
      else answer();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    count: () => count,
    serve(place, connections) {
      for (const [question, answer] of answersOf(connections))
        answers.set(`/${place}/autokitteh.${question}`, answer);
      return `${url}/${place}`;
    },
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const GET = '/autokitteh.vars.v1.VarsService/Get';
const NOTHING = Buffer.alloc(0);
const DISPATCHED = encoded(DispatchResponseSchema, { eventId: 'evt_01j0000000000000000000000z' });

/** By method, and for variables by connection. */
function answersOf(connections: readonly BareConnection[]): [string, Buffer][] {
  const ids = connections.map(({ connectionId }) => connectionId);
  const listed = connections.map(({ connectionId, integrationId }) => ({
    ...{ connectionId, integrationId, projectId: 'prj_1', name: 'c' },
  }));
  return [
    ['connections.v1.ConnectionsService/List', encoded(ListResponseSchema, { connections: listed })],
    [
      'vars.v1.VarsService/FindActiveConnectionIDs',
      encoded(FindActiveConnectionIDsResponseSchema, { connectionIds: ids }),
    ],
    ...connections.map(({ connectionId, variables }): [string, Buffer] => {
      const vars = variables.map((variable) => ({ scopeId: connectionId, ...variable }));
      return [`vars.v1.VarsService/Get ${connectionId}`, encoded(GetResponseSchema, { vars })];
    }),
  ];
}

function encoded<Schema extends DescMessage>(schema: Schema, value: MessageInitShape<Schema>): Buffer {
  return Buffer.from(toBinary(schema, create(schema, value)));
}
