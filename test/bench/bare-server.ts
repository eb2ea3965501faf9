import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { create, toBinary } from '@bufbuild/protobuf';
import { DispatchResponseSchema } from '../../src/gen/autokitteh/dispatcher/v1/dispatcher_pb.js';

const ANSWER = Buffer.from(
  toBinary(
    DispatchResponseSchema,
    create(DispatchResponseSchema, { eventId: 'evt_01j0000000000000000000000z' }),
  ),
);

export interface BareServer {
  readonly url: string;
  /** Requests answered. */
  readonly count: () => number;
  stop(): void;
}

/**
 * Answers every request as a server does that took an event, so many a second, and does nothing else: what is measured
 * beside it shares the processors with it, and a server is as a rule on a machine of its own.
 */
export async function startBareServer(perSecond: number): Promise<BareServer> {
  let count = 0;
  let nextTurn = 0;
  const server: Server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      const now = performance.now();
      const turn = Math.max(now, nextTurn);
      nextTurn = turn + 1000 / perSecond;
      const answer = (): void => {
        count += 1;
        response.writeHead(200, { 'content-type': 'application/proto', 'content-length': ANSWER.length });
        response.end(ANSWER);
      };
      if (turn > now) setTimeout(answer, turn - now);
      else answer();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    count: () => count,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
