import { join } from 'node:path';
import { createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePorts } from '../../src/demo/free-ports.js';
import { IntegrationsService } from '../../src/gen/autokitteh/integrations/v1/integrations_pb.js';
import type { StandIn } from '../../src/sim/autokitteh/stand-in.js';
import { appMention, message } from '../../src/sim/slack/frames/messages.js';
import { emulateWatch } from './emulated-watch.js';
import { deployExample, readExample, type DeployedExample } from './example-project.js';
import { SLACK, startStandInUnderTest } from '../world/server.js';
import { startWorkflowWorld, type WorkflowWorld } from '../world/workflows.js';

/** Only a server that attaches remote integrations calls these; the stand-in can be one. */

const FOLDER = join(import.meta.dirname, '../../docs/examples/starlark-watch');
const TOKEN = 'a-credential-of-the-plugin';

let world: WorkflowWorld;
let example: DeployedExample;
let standIn: StandIn;

beforeEach(async () => {
  const [port = 0] = await freePorts(1);
  const server = await startStandInUnderTest({ attach: { url: `http://127.0.0.1:${port}`, token: TOKEN } });
  standIn = server.standIn;
  emulateWatch(standIn);
  world = await startWorkflowWorld({ PLUGIN_LISTEN: `127.0.0.1:${port}`, PLUGIN_TOKEN: TOKEN }, server);
  example = await deployExample(server, await server.createUser(), await readExample(FOLDER));
  await world.connect(example.project, 'my_slack');
});
afterEach(async () => {
  world.slack.faults.clear();
  standIn.faults.clear();
  await example.remove();
  await world.stop();
});

/** From now on a question prints what its session was given. */
function printGifts(): void {
  standIn.emulate('main.star:on_question', (session) => {
    session.print(JSON.stringify(session.env));
    session.print(JSON.stringify(Object.keys(session.values('my_slack'))));
  });
}

/** What the session of a question was given. */
async function gifts(): Promise<{ env: Record<string, string>; functions: string[] }> {
  const before = (await world.server.sessionsOf(example.project)).length;
  world.send(message({ text: 'what is there?' }));
  await world.started(example.project, before + 1);
  const session = await world.ended(example.project, 'on_question');
  const [env = '', functions = ''] = await world.server.prints(example.project, session.sessionId);
  return {
    env: JSON.parse(env) as Record<string, string>,
    functions: JSON.parse(functions) as string[],
  };
}

describe('Functions on a server that attaches the contract', () => {
  it('The Starlark example calls Slack, and catches what Slack refuses', async () => {
    const mention = world.send(appMention({ text: 'help' }));
    const [line] = await world.printed(example.project, 'on_mention', 'answered');
    const channel = world.installation.workspace?.channels[0];
    expect(line).toBe(`answered in ${channel?.id} ; elsewhere: channel_not_found`);
    const ts = (mention.payload['event'] as { ts: string }).ts;
    expect(channel?.messages).toEqual([expect.objectContaining({ text: 'On my way.', thread_ts: ts })]);
    expect(world.slack.calls.of('reactions.add')[0]?.args).toMatchObject({ name: 'eyes', timestamp: ts });
  });

  it("Sessions get all of the built-in's variables and the same functions, whatever Slack does", async () => {
    printGifts();
    const first = await gifts();
    const names = 'auth_type private_bot_token enterprise_id team_id team_name user_id user_name'
      .concat(' bot_id bot_name bot_updated app_id install_ids connection_id')
      .split(' ');
    expect(Object.keys(first.env)).toEqual(expect.arrayContaining(names.map((name) => `my_slack__${name}`)));
    expect(first.env['my_slack__private_bot_token']).toBe(world.installation.botToken);
    expect(first.functions).toEqual(expect.arrayContaining(['chat_postMessage', 'views_open', 'api_call']));
    expect(first.functions.length).toBeGreaterThan(100);

    world.slack.faults.api('*', { t: 'hang' }, { times: Infinity });
    expect(await gifts()).toEqual(first);
    world.slack.faults.clear();
    await world.program.restart();
    await world.slack.waitForSockets(world.app, 2);
    expect(await gifts()).toEqual(first);
  });

  it('Configure answers from memory while the server is away, and never fails', async () => {
    const contract = createClient(
      IntegrationsService,
      createConnectTransport({
        baseUrl: world.program.pluginUrl,
        httpVersion: '1.1',
        interceptors: [
          (next) => (request) => {
            request.header.set('authorization', `Bearer ${TOKEN}`);
            return next(request);
          },
        ],
      }),
    );
    const ids = { integrationId: SLACK, connectionId: example.project.connections['my_slack'] ?? '' };
    const whole = await contract.configure(ids);
    standIn.faults.delayMs = 3_000;
    expect(await contract.configure(ids)).toEqual(whole);
    standIn.faults.clear();
    await standIn.goDown();
    expect(await contract.configure(ids)).toEqual(whole);
    expect(await contract.getConnectionConfig(ids)).toMatchObject({ config: whole.config });
    // It was just started and could not learn of any connection yet.
    await world.program.restart();
    const { values } = await contract.configure(ids);
    expect(values).toEqual(whole.values);
    await standIn.comeUp();
  });
});
