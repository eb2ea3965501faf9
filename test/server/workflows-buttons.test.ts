import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Frame } from '../../src/sim/slack/frames/draft.js';
import { blockAction, messageAction, viewBlockAction } from '../../src/sim/slack/frames/interactions.js';
import { answerProject, emulateAnswers } from './answer-project.js';
import { deployExample, type DeployedExample } from './example-project.js';
import { startWorkflowWorld, type WorkflowWorld } from '../world/workflows.js';

let world: WorkflowWorld;
let example: DeployedExample;
/** What a host that is none of Slack's was asked. */
let strange: string[];
let stranger: Server;

beforeEach(async () => {
  strange = [];
  stranger = createServer((request, response) => {
    strange.push(request.url ?? '');
    response.end();
  });
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await example.remove();
  await world.stop();
  await new Promise((resolve) => stranger.close(resolve));
});

async function start(connections: Parameters<typeof answerProject>[0]): Promise<void> {
  world = await startWorkflowWorld();
  const { server } = world;
  if (server.standIn !== undefined) emulateAnswers(server.standIn);
  example = await deployExample(server, await server.createUser(), answerProject(connections));
  for (const name of Object.keys(connections)) await world.connect(example.project, name);
}

/** Sends one after the other, each after the session of the one before was started. */
async function clicked(...frames: Frame[]): Promise<void> {
  const connections = Object.keys(example.project.connections).length;
  for (const [index, frame] of frames.entries()) {
    world.send(frame);
    await world.started(example.project, (index + 1) * connections);
  }
}

describe('a message whose button was clicked', () => {
  it('A message whose button was clicked shows who clicked, once, in the words of the built-in; the rest is untouched', async () => {
    await start({ sl: {} });
    const { port } = stranger.address() as AddressInfo;
    const elsewhere = (url: string): Frame => blockAction({ payload: { response_url: url } });
    await clicked(
      elsewhere(`http://127.0.0.1:${port}/actions/T1/1/x`),
      elsewhere(`http://127.0.0.1:${port}/?https://hooks.slack.com/`),
      elsewhere('not a url'),
      viewBlockAction(),
      messageAction(),
      blockAction({ payload: { container: { type: 'message', is_ephemeral: true } } }),
    );
    await world.slack.calls.waitFor(({ method }) => method === 'response_url');
    const person = world.installation.workspace?.users[0]?.id ?? '';
    expect(world.slack.responses.map(({ body }) => body)).toEqual([
      {
        text: 'choose',
        response_type: 'ephemeral',
        replace_original: true,
        blocks: [
          {
            type: 'section',
            text: {
              type: 'mrkdwn',
              text: `:large_green_square: <@${person}> clicked the \`Approve\` button`,
            },
          },
        ],
      },
    ]);
    expect(strange).toEqual([]);
  });

  it('A message whose button was clicked stays as it is where the connection says so', async () => {
    await start({ sl: { socket_mode_button_update: 'off' } });
    await clicked(blockAction(), blockAction());
    await world.program.stop();
    expect(world.slack.calls.of('response_url')).toEqual([]);
  });

  it('A message whose button was clicked is updated once, however many connections get the click', async () => {
    await start({ one: {}, two: {} });
    await clicked(blockAction(), blockAction());
    await world.program.stop();
    expect(world.slack.responses).toHaveLength(2);
  });
});
