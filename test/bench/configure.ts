import { Agent, request } from 'node:http';
import { create, toBinary } from '@bufbuild/protobuf';
import {
  ConfigureRequestSchema,
  GetConnectionConfigRequestSchema,
} from '../../src/gen/autokitteh/integrations/v1/integrations_pb.js';
import { openWorld } from '../world/open-world.js';
import { AS_SERVER } from '../world/program.js';
import { SLACK, startStandInUnderTest } from '../world/server.js';
import { socketModeVariables } from '../world/socket-mode-variables.js';
import type { Bench, Row } from './bench.js';

const CALLS = 1_000;
const WARM_UP = 200;
const LIMIT_MS = 20;
/** More than the program takes to see a new connection. */
const CONNECTED_WITHIN_MS = 60_000;
const SERVICE = '/autokitteh.integrations.v1.IntegrationsService';

/**
 * What the start and every replay of a session cost here: Configure with all of Slack's methods, over the wire, of the
 * whole program, while neither the server nor Slack answers anything.
 */
export const bench: Bench = {
  name: 'configure',
  async run() {
    const world = await openWorld({ server: () => startStandInUnderTest() });
    const { slack, server, program } = world;
    const agent = new Agent({ keepAlive: true });
    try {
      const app = slack.addApp();
      const owner = await server.createUser();
      const project = await server.createProject(owner, { connections: { sl: {} } });
      const connectionId = project.connections['sl'] ?? '';
      const variables = socketModeVariables(app, slack.install(app, slack.addWorkspace()));
      await owner.clients.vars.set({
        vars: variables.map((variable) => ({ ...variable, scopeId: connectionId })),
      });
      await server.deploy(project);
      await slack.waitForSockets(app, 1, CONNECTED_WITHIN_MS);
      server.standIn.faults.badGateway = true;
      slack.faults.api('*', { t: 'hang' }, { times: Infinity });
      const ids = { integrationId: SLACK, connectionId };
      const configure = toBinary(ConfigureRequestSchema, create(ConfigureRequestSchema, ids));
      const config = toBinary(
        GetConnectionConfigRequestSchema,
        create(GetConnectionConfigRequestSchema, ids),
      );
      const ask = (method: string, body: Uint8Array): Promise<number> =>
        post(`${program.pluginUrl}${SERVICE}/${method}`, body, agent);
      const whole = await measured(() => ask('Configure', configure));
      const bare = await measured(() => ask('GetConnectionConfig', config));
      return [row('p50', 0.5, whole, bare), row('p99', 0.99, whole, bare)];
    } finally {
      agent.destroy();
      await world.stop();
    }
  },
};

interface Measured {
  /** Milliseconds, in order of length. */
  readonly times: readonly number[];
  readonly bytes: number;
}

async function measured(ask: () => Promise<number>): Promise<Measured> {
  const times: number[] = [];
  let bytes = 0;
  for (let call = -WARM_UP; call < CALLS; call++) {
    const start = performance.now();
    bytes = await ask();
    if (call >= 0) times.push(performance.now() - start);
  }
  return { times: times.sort((a, b) => a - b), bytes };
}

function row(name: string, at: number, whole: Measured, bare: Measured): Row {
  const took = ({ times }: Measured): number => times[Math.floor(times.length * at)] ?? Number.NaN;
  const limited = name === 'p99';
  return {
    figure: `Configure, server and Slack silent, ${(whole.bytes / 1024).toFixed(0)} KiB, ${name}`,
    value: `${took(whole).toFixed(2)} ms`,
    peer: `without functions ${took(bare).toFixed(2)} ms`,
    ...(limited ? { limit: `<= ${LIMIT_MS} ms` } : {}),
    ok: !limited || took(whole) <= LIMIT_MS,
  };
}

/** The length of the answer in bytes. */
function post(url: string, body: Uint8Array, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { ...AS_SERVER, 'content-type': 'application/proto', 'content-length': body.length };
    request(url, { method: 'POST', agent, headers }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => (bytes += chunk.length));
      response.once('end', () => {
        if (response.statusCode === 200) resolve(bytes);
        else reject(new Error(`HTTP ${response.statusCode ?? 0}`));
      });
    })
      .once('error', reject)
      .end(body);
  });
}
