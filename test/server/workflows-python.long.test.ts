import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringAt, type JsonObject } from '../../src/core/json.js';
import { blockAction, optionsRequest, viewSubmission } from '../../src/sim/slack/frames/interactions.js';
import { appMention } from '../../src/sim/slack/frames/messages.js';
import { slashCommand } from '../../src/sim/slack/frames/slash-command.js';
import { deployExample, readExample, type DeployedExample, type ExampleProject } from './example-project.js';
import { runProgramsInPython } from './python-sessions.js';
import { startWorkflowWorld, type WorkflowWorld } from '../world/workflows.js';

const FOLDER = join(import.meta.dirname, '../../docs/examples/python-help-desk');

describe('the Python example', () => {
  let world: WorkflowWorld;
  let example: DeployedExample;

  beforeAll(async () => {
    world = await startWorkflowWorld({}, undefined, { runsPython: true });
    const { server, slack } = world;
    const read = await readExample(FOLDER);
    if (server.standIn !== undefined) runProgramsInPython(server.standIn, read);
    const owner = await server.createUser();
    example = await deployExample(server, owner, read);
    const { projectId } = example.project;
    await owner.clients.vars.set({
      vars: [{ scopeId: projectId, name: 'SLACK_API_URL', value: `${slack.url}/api/` }],
    });
    await world.connect(example.project, 'my_slack');
  }, 60_000);
  afterAll(async () => {
    await example.remove();
    await world.stop();
  });

  const person = (): string => world.installation.workspace?.users[0]?.id ?? '';

  it('The Python example opens a form, refuses it with reasons, takes it, and waits for a click', async () => {
    const { project } = example;
    const command = world.send(slashCommand({ command: '/ticket' }));
    expect(await world.acknowledged(command)).toEqual({ text: 'A form opens ...' });
    const opened = await world.slack.calls.waitFor(({ method }) => method === 'views.open');
    expect(opened.answer).toMatchObject({ ok: true });
    const view = opened.answer?.['view'] as JsonObject;
    await world.printed(project, 'on_ticket_command', 'command answered in time: True');

    const options = world.send(optionsRequest({ view, actionId: 'topic', value: 'acc' }));
    expect(await world.acknowledged(options)).toEqual({
      options: ['Access', 'Accounting'].map((value) => ({
        text: { type: 'plain_text', text: value },
        value,
      })),
    });

    const refused = world.send(viewSubmission({ view: filled(view, 'broken') }));
    expect(await world.acknowledged(refused)).toEqual({
      response_action: 'errors',
      errors: { problem: 'Please write at least 8 characters.' },
    });
    const accepted = world.send(viewSubmission({ view: filled(view, 'The door is locked.') }));
    expect(await world.acknowledged(accepted)).toEqual({ response_action: 'clear' });

    await world.printed(project, 'on_ticket_command', 'ticket posted');
    const [ticket] = world.installation.workspace?.channels[0]?.messages ?? [];
    expect(ticket).toMatchObject({ text: `New ticket from <@${person()}>` });
    expect(JSON.stringify(ticket?.['blocks'])).toContain('*Access*: The door is locked.');

    world.send(blockAction({ actionId: 'take', value: stringAt(view, 'callback_id') }));
    const session = await world.ended(project, 'on_ticket_command');
    expect(session.state).toBe('completed');
    expect(await world.server.prints(project, session.sessionId)).toEqual([
      'command answered in time: True',
      'form refused: problem',
      'form accepted',
      'ticket posted',
      `<@${person()}> takes care of it.`,
    ]);
    await world.slack.calls.waitFor(({ method }) => method === 'response_url');
    expect(JSON.stringify(world.slack.responses)).toContain(`<@${person()}> clicked the`);
  });

  it('The Python example answers commands in time, by a session that waits for them', async () => {
    const { project } = example;
    const desk = (text: string): Promise<unknown> =>
      world.acknowledged(world.send(slashCommand({ command: '/desk', text })));
    world.send(appMention({ text: 'please open the desk' }));
    await world.printed(project, 'on_desk_opened', 'open');
    for (const number of [1, 2]) {
      expect(await desk('')).toEqual({
        response_type: 'ephemeral',
        text: `The desk is open. <@${person()}>, you are number ${number}.`,
      });
    }
    expect(await desk('close')).toEqual({ response_type: 'in_channel', text: 'Closed after 2 questions.' });
    expect((await world.ended(project, 'on_desk_opened')).state).toBe('completed');
    expect(world.slack.ledger.late()).toEqual([]);
    // Nobody answers any more: what is shown by default, in time.
    expect(await desk('')).toEqual({
      blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'Your command: `/desk`' } }],
    });
    expect(world.slack.ledger.late()).toEqual([]);
  });
});

describe('the example in docs/answers.md', () => {
  it('The example in docs/answers.md answers a command', async () => {
    const page = await readFile(join(import.meta.dirname, '../../docs/answers.md'), 'utf8');
    const [, program = ''] = /```python\n([^]*?)```/.exec(page) ?? [];
    const world = await startWorkflowWorld({}, undefined, { runsPython: true });
    const { server } = world;
    const sl = { name: 'sl', integration: 'slack' as const };
    const call = 'main.py:on_command';
    const project: ExampleProject = {
      folder: undefined,
      files: { 'main.py': new TextEncoder().encode(program) },
      manifest: {
        name: 'answers_page',
        vars: [],
        connections: [
          { ...sl, vars: [{ name: 'socket_mode_answers', value: 'slash_command', secret: false }] },
        ],
        triggers: [{ name: 'command', connection: 'sl', event_type: 'slash_command', filter: '', call }],
      },
    };
    if (server.standIn !== undefined) runProgramsInPython(server.standIn, project);
    const example = await deployExample(server, await server.createUser(), project);
    await world.connect(example.project, 'sl');
    const entry = world.send(slashCommand({ text: 'tea' }));
    expect(await world.acknowledged(entry)).toEqual({
      response_type: 'ephemeral',
      text: 'You asked for tea.',
    });
    expect((await world.ended(example.project, 'on_command')).state).toBe('completed');
    await example.remove();
    await world.stop();
  }, 60_000);
});

/** A view as Slack sends it once it was filled in. */
function filled(view: JsonObject, problem: string): JsonObject {
  const topic = { type: 'external_select', selected_option: { value: 'Access' } };
  return {
    ...view,
    state: {
      values: {
        topic: { topic },
        problem: { problem: { type: 'plain_text_input', value: problem } },
      },
    },
  };
}
