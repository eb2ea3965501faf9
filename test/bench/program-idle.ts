import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Status_Code } from '../../src/gen/autokitteh/common/v1/common_pb.js';
import { openPeers, type Peers } from '../world/open-world.js';
import { startStandInUnderTest, type StandInUnderTest } from '../world/server.js';
import type { Bench, Row } from './bench.js';
import type { IdleProgramOrder, IdleProgramResult } from './idle-program.js';

const APPS = 100;
const CONNECTIONS = 1_000;
const SETTLE_MS = 5_000;
const MEASURE_MS = 20_000;
const ROUNDS = 2;

/** What the whole program costs while nothing happens, with 1,000 active connections of 100 apps; in a process of its own. */
export const bench: Bench = {
  name: 'program-idle',
  async run(): Promise<readonly Row[]> {
    const peers = await openPeers({ server: () => startStandInUnderTest() });
    try {
      await connectAll(peers);
      const shares: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) shares.push((await measure(peers)).cpu);
      // What other processes of the machine add is noise, and it only adds.
      const cpu = Math.min(...shares);
      return [
        {
          figure: 'CPU of the whole program, 1,000 idle connections of 100 apps',
          value: `${(cpu * 100).toFixed(1)} % of a core`,
          peer: '',
        },
      ];
    } finally {
      await peers.stop();
    }
  },
};

/** Connections in one project, each of a workspace of its own. */
async function connectAll({ slack, server }: Peers<StandInUnderTest>): Promise<void> {
  const apps = Array.from({ length: APPS }, (_, index) => slack.addApp(`App ${index}`));
  const tokens = apps.map((app) => app.createAppToken());
  const owner = await server.createUser();
  const names = Array.from({ length: CONNECTIONS }, (_, index) => `slack_${index}`);
  const project = await server.createProject(owner, {
    connections: Object.fromEntries(names.map((name) => [name, { ofOrg: false }])),
    triggers: [{ connection: 'slack_0', call: 'on_event' }],
  });
  await server.deploy(project);
  for (const [index, name] of names.entries()) {
    const app = apps[index % APPS];
    if (app === undefined) continue;
    const { botToken } = slack.install(app, slack.addWorkspace());
    const variables = {
      auth_type: 'socketMode',
      private_bot_token: botToken,
      socket_mode_app_token: tokens[index % APPS] ?? '',
    };
    await owner.clients.vars.set({
      vars: Object.entries(variables).map(([variable, value]) => ({
        ...{ scopeId: project.connections[name] ?? '', name: variable, value },
        isSecret: true,
      })),
    });
  }
}

async function measure({ slack, server }: Peers<StandInUnderTest>): Promise<IdleProgramResult> {
  const program = fork(new URL('idle-program.ts', import.meta.url), {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const order: IdleProgramOrder = {
    autokittehUrl: server.url,
    signKey: server.signKey ?? '',
    slackApiUrl: slack.apiUrl,
    measureMs: MEASURE_MS,
  };
  program.send(order);
  try {
    // Seldom: Slack and the server run in this process, too.
    while (connected(server) < CONNECTIONS) await pause(1_000);
    await pause(SETTLE_MS);
    program.send('measure');
    const [result] = (await once(program, 'message')) as [IdleProgramResult];
    return result;
  } finally {
    if (program.exitCode === null) await once(program, 'exit');
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** How many connections have a status that says that their sockets are live. */
function connected({ standIn }: StandInUnderTest): number {
  return [...standIn.store.connections.values()].filter(
    ({ status }) => status.code === Status_Code.OK && status.message.endsWith('live'),
  ).length;
}
