import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { createRouterTransport } from '@connectrpc/connect';
import type { Status } from '../../../src/autokitteh/status.js';
import { contractRoutes } from '../../../src/contract/service.js';
import { systemClock } from '../../../src/core/clock.js';
import { startGateway, type Gateway } from '../../../src/gateway/gateway.js';
import type { GatewayAnswer, WebSocketStep } from '../../../src/http/gateway-answer.js';
import type { RefusalReason } from '../../../src/http/refusals.js';
import { startHttp, type ConnectUpstream } from '../autokitteh/connect-upstream.js';
import { manifest, stubContract } from '../contract/stubs.js';

export { send, type Reply } from '../../helpers/raw-request.js';

/** A gateway in front of an upstream of the test's making. */
export interface Rig {
  readonly gateway: Gateway;
  readonly upstream: ConnectUpstream;
  readonly url: string;
  readonly pushed: [string, Status][];
  readonly noticed: (string | undefined)[];
  readonly setup: Request[];
  /** Warnings and errors. */
  readonly logged: unknown[];
  /** The lines about requests. */
  readonly accessed: unknown[];
  readonly refused: RefusalReason[];
  readonly answers: GatewayAnswer[];
  readonly webSockets: WebSocketStep[];
  /** Paths that wait for a workflow's answer. */
  readonly awaited: Set<string>;
  /** Connections that use Socket Mode. */
  readonly socketMode: Set<string>;
  /** What becomes of a status that is to be stored. */
  store: () => Promise<void>;
  stop(): Promise<void>;
}

/** An origin that may act with a person's cookies. */
export const TRUSTED = 'https://ui.example';

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

export async function startRig(
  upstream: ConnectUpstream | Listener,
  limits: Partial<Record<'connections' | 'bodyMs' | 'uploadIdleMs' | 'answerIdleMs', number>> = {},
): Promise<Rig> {
  const behind = typeof upstream === 'function' ? await startHttp(createServer(upstream)) : upstream;
  const note = (line: unknown): void => void logged.push(line);
  const accessed: unknown[] = [];
  const log = { debug: (line: unknown) => void accessed.push(line), warn: note, error: note };
  const logged: unknown[] = [];
  const rig = {
    upstream: behind,
    pushed: [] as Rig['pushed'],
    noticed: [] as Rig['noticed'],
    setup: [] as Request[],
    logged,
    accessed,
    refused: [] as RefusalReason[],
    answers: [] as GatewayAnswer[],
    webSockets: [] as WebSocketStep[],
    awaited: new Set<string>(),
    socketMode: new Set<string>(),
    store: (): Promise<void> => Promise.resolve(),
  };
  const gateway = await startGateway({
    connections: limits.connections ?? 256,
    refused: (why) => rig.refused.push(why),
    limits: { bodyMs: 30_000, uploadIdleMs: 30_000, answerIdleMs: 30_000, ...limits },
    listen: { host: '127.0.0.1', port: 0 },
    upstream: behind.url,
    clock: systemClock,
    integrationId: manifest.integrationId,
    contract: createRouterTransport(contractRoutes(stubContract())),
    setup: async (request, { passOn }) => {
      rig.setup.push(request);
      if (passOn !== undefined && (await request.clone().text()).includes('oauth')) passOn();
      if (new URL(request.url).searchParams.has('break')) throw new Error('a bug');
      const headers = new Headers({ 'content-type': 'text/plain', 'x-page': 'yes' });
      headers.append('set-cookie', 'a=1');
      headers.append('set-cookie', 'b=2');
      return new Response(`setup: ${await request.clone().text()}`, { status: 201, headers });
    },
    responses: { isOpenAt: (path) => rig.awaited.has(path) },
    pages: { trustedOrigins: [TRUSTED] },
    live: {
      isSocketMode: (id) => Promise.resolve(rig.socketMode.has(id)),
      noticeChange: (id) => void rig.noticed.push(id),
    },
    server: {
      pushStatus: async (id, status) => {
        rig.pushed.push([id, status]);
        await rig.store();
      },
    },
    answered: (answer) => rig.answers.push(answer),
    webSocket: (step) => rig.webSockets.push(step),
    logsAccess: true,
    log,
  });
  return Object.assign(rig, {
    gateway,
    url: `http://127.0.0.1:${gateway.port}`,
    async stop() {
      await gateway.stop(2000);
      await behind.stop();
    },
  });
}

/** All that a request has sent. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
