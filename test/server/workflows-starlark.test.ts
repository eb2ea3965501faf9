import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objectAt, stringAt } from '../../src/core/json.js';
import { reactionAdded } from '../../src/sim/slack/frames/happenings.js';
import { blockAction } from '../../src/sim/slack/frames/interactions.js';
import { appMention, message } from '../../src/sim/slack/frames/messages.js';
import { slashCommand } from '../../src/sim/slack/frames/slash-command.js';
import { emulateWatch } from './emulated-watch.js';
import { deployExample, readExample, type DeployedExample } from './example-project.js';
import { startWorkflowWorld, type WorkflowWorld } from '../world/workflows.js';

const FOLDER = join(import.meta.dirname, '../../docs/examples/starlark-watch');

describe('the Starlark example', () => {
  let world: WorkflowWorld;
  let example: DeployedExample;

  beforeAll(async () => {
    world = await startWorkflowWorld();
    if (world.server.standIn !== undefined) emulateWatch(world.server.standIn);
    example = await deployExample(world.server, await world.server.createUser(), await readExample(FOLDER));
    await world.connect(example.project, 'my_slack');
  });
  afterAll(async () => {
    await example.remove();
    await world.stop();
  });

  const person = (): string => world.installation.workspace?.users[0]?.id ?? '';
  const place = (): string => world.installation.workspace?.channels[0]?.id ?? '';

  it('The Starlark example waits for the reply to a question', async () => {
    world.send(message({ text: 'hello' }));
    const question = world.send(message({ text: 'anybody here?' }));
    const { project } = example;
    const asked = await world.printed(project, 'on_question', 'question in');
    expect(asked).toEqual([`question in ${place()} from ${person()} : anybody here?`]);
    const ts = stringAt(objectAt(question.payload, 'event'), 'ts');
    world.send(message({ text: 'is this elsewhere?', threadTs: '1700000000.000001' }));
    world.send(message({ text: 'me', threadTs: ts }));
    const lines = await world.printed(project, 'on_question', 'reply');
    expect(lines.at(-1)).toBe(`reply from ${person()} : me`);
    expect((await world.ended(project, 'on_question')).state).toBe('completed');
    const sessions = await world.server.sessionsOf(project);
    expect(sessions.map(({ call }) => call)).toEqual(['on_question']);
  });

  it('The Starlark example takes a note, and Slack shows the command as the built-in would', async () => {
    const entry = world.send(slashCommand({ command: '/ak', text: 'note buy milk' }));
    expect(await world.acknowledged(entry)).toEqual({
      blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'Your command: `/ak note buy milk`' } }],
    });
    const lines = await world.printed(example.project, 'on_note', 'note');
    expect(lines).toEqual([expect.stringMatching(`^note evt_\\w+ by ${person()} : buy milk$`)]);
  });

  it('The Starlark example notices a reaction', async () => {
    world.send(reactionAdded({ reaction: 'wave', messageTs: '1700000000.000002' }));
    world.send(reactionAdded({ reaction: 'eyes', messageTs: '1700000000.000003' }));
    const lines = await world.printed(example.project, 'on_eyes', 'looked at');
    expect(lines).toEqual([`looked at 1700000000.000003 in ${place()} by ${person()}`]);
  });

  it('The Starlark example notices a click, after which the message shows who clicked', async () => {
    world.send(blockAction({ actionId: 'decline' }));
    const entry = world.send(blockAction({ actionId: 'approve', value: 'invoice 7' }));
    const lines = await world.printed(example.project, 'on_approved', 'delivery');
    expect(lines).toEqual([
      `approved by ${person()} : invoice 7`,
      `Slack's id of this delivery: ${entry.attempts[0]?.envelopeId}`,
    ]);
    await world.slack.calls.waitFor(() => world.slack.responses.length === 2);
    expect(world.slack.responses.map(({ body }) => body)).toEqual(
      Array<unknown>(2).fill({
        text: 'choose',
        response_type: 'in_channel',
        replace_original: true,
        blocks: [
          {
            type: 'section',
            text: {
              type: 'mrkdwn',
              text: `:large_green_square: <@${person()}> clicked the \`Approve\` button`,
            },
          },
        ],
      }),
    );
  });

  it('The Starlark example says that this server gives Starlark no functions', async () => {
    world.send(appMention({ text: 'help' }));
    const lines = await world.printed(example.project, 'on_mention', 'server');
    expect(lines).toEqual(["this server does not attach the integration: Slack's methods are not here"]);
  });
});
