import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objectAt, stringAt, type JsonObject } from '../../src/core/json.js';
import { appHomeOpened } from '../../src/sim/slack/frames/happenings.js';
import { blockAction, viewSubmission } from '../../src/sim/slack/frames/interactions.js';
import { appMention, message } from '../../src/sim/slack/frames/messages.js';
import { slashCommand } from '../../src/sim/slack/frames/slash-command.js';
import type { LedgerEntry } from '../../src/sim/slack/sending/ledger-entry.js';
import type { TestProject } from '../world/server.js';
import { startWorkflowWorld, type WorkflowWorld } from '../world/workflows.js';
import { authorPrograms, projectOf, type AuthorProgram } from './author-programs.js';
import { deployExample, type DeployedExample, type ExampleProject } from './example-project.js';
import { runProgramsInPython } from './python-sessions.js';

/** A program's project, deployed and connected. */
interface Running {
  readonly world: WorkflowWorld;
  readonly project: TestProject;
  /** The person and the channel that the frames name. */
  readonly person: string;
  readonly place: string;
  /** Resolves with the arguments of a call of Slack that succeeded, as soon as there is one with such a text. */
  readonly called: (method: string, words: string) => Promise<JsonObject>;
}

interface Trial {
  readonly program: string;
  /** In place of the manifest on the page. */
  readonly manifest?: string | ((manifest: string) => string);
  readonly run: (running: Running) => Promise<void>;
}

const ON_MESSAGE =
  'triggers: [{ name: m, connection: my_slack, event_type: message, call: main.py:on_message }]';

const TRIALS: readonly Trial[] = [
  {
    program: 'first-workflow.md: 1. Two files (python)',
    async run({ world, called, person, place }) {
      world.send(appMention({ text: 'hi' }));
      expect(await called('chat.postMessage', 'Hello')).toMatchObject({
        ...{ channel: place, text: `Hello <@${person}>!` },
      });
    },
  },
  {
    program: 'first-workflow.md: 1. Two files (starlark)',
    manifest: (manifest) => manifest.replace('main.py:', 'main.star:'),
    async run({ world, project, person }) {
      world.send(appMention({ text: 'hi' }));
      expect(await world.printed(project, 'on_mention', 'says')).toEqual([
        `${person} says <@${world.installation.botUser.id}> hi`,
      ]);
    },
  },
  {
    program: 'events.md: A sample of every event (python)',
    manifest: ON_MESSAGE,
    async run({ world, project, place }) {
      world.send(message({ text: 'typed' }));
      expect(await world.printed(project, 'on_message', 'typed')).toEqual([`typed in ${place}`]);
    },
  },
  {
    program: 'cookbook.md: Reply in a thread (python)',
    async run({ world, called, person }) {
      const asked = world.send(message({ text: 'anybody here?' }));
      expect(await called('chat.postMessage', 'answer here')).toMatchObject({
        ...{ thread_ts: tsOf(asked), text: `<@${person}>, somebody will answer here.` },
      });
      world.slack.calls.forget();
      world.send(message({ text: 'and here?', threadTs: tsOf(asked) }));
      expect(await called('chat.postMessage', 'answer here')).toMatchObject({ thread_ts: tsOf(asked) });
    },
  },
  {
    program: 'cookbook.md: Direct message (python)',
    async run({ world, called, person, place }) {
      const channel = world.installation.workspace?.addChannel('somebody', 'im');
      if (channel === undefined) throw new Error('the app is installed in a workspace');
      world.send(message({ text: 'psst', channel }));
      expect(await called('chat.postMessage', 'You wrote')).toMatchObject({
        ...{ channel: channel.id, text: 'You wrote: psst' },
      });
      world.send(message({ event: { type: 'member_joined_channel', channel_type: 'C', text: undefined } }));
      expect(await called('chat.postMessage', 'Welcome')).toMatchObject({
        ...{ channel: person, text: `Welcome to <#${place}>!` },
      });
    },
  },
  {
    program: 'cookbook.md: A modal that says what is wrong with it (python)',
    async run({ world, called, person }) {
      world.send(slashCommand({ command: '/holidays' }));
      const opened = await world.slack.calls.waitFor(({ method }) => method === 'views.open', 60_000);
      expect(opened.answer).toMatchObject({ ok: true });
      const view = opened.answer?.['view'] as JsonObject;
      const submit = (value: string): Promise<unknown> => {
        const days = { days: { type: 'plain_text_input', value } };
        return world.acknowledged(
          world.send(viewSubmission({ view: { ...view, state: { values: { days } } } })),
        );
      };
      expect(await submit('many')).toEqual({
        response_action: 'errors',
        errors: { days: 'Write a whole number.' },
      });
      expect(await submit('3')).toEqual({ response_action: 'clear' });
      expect(await called('chat.postMessage', 'days off')).toMatchObject({
        text: `<@${person}> takes 3 days off.`,
      });
    },
  },
  {
    program: 'cookbook.md: Buttons to approve (python)',
    async run({ world, called, person }) {
      world.send(slashCommand({ command: '/request', text: 'a chair' }));
      const posted = await called('chat.postMessage', 'asks for');
      expect(JSON.stringify(posted['blocks'])).toContain('"action_id":"decline"');
      const click = world.send(blockAction({ actionId: 'approve', value: 'a chair' }));
      expect(await called('chat.postMessage', 'approved')).toMatchObject({
        text: `<@${person}> approved: a chair`,
        thread_ts: stringAt(objectAt(click.payload, 'message'), 'ts'),
      });
    },
  },
  {
    program: 'cookbook.md: Files (python)',
    async run({ world, project, called, place }) {
      world.send(slashCommand({ command: '/report' }));
      expect(await called('files.completeUploadExternal', 'Visitors')).toMatchObject({ channel_id: place });
      const files = [{ id: 'F1', name: 'plan.txt', url_private: 'https://files.slack.com/plan.txt' }];
      world.send(message({ event: { subtype: 'file_share', files } }));
      expect(await world.printed(project, 'on_file', 'plan.txt')).toEqual([
        'plan.txt is at https://files.slack.com/plan.txt',
      ]);
    },
  },
  {
    program: 'cookbook.md: Home tab (python)',
    async run({ world, called, person }) {
      world.send(appHomeOpened());
      const published = await called('views.publish', 'Nothing waits');
      expect(published).toMatchObject({ user_id: person });
    },
  },
  {
    program: 'cookbook.md: Scheduled message (python)',
    async run({ world, called, person }) {
      const before = Math.floor(Date.now() / 1_000);
      world.send(slashCommand({ command: '/remind_us', text: 'tea' }));
      const scheduled = await called('chat.scheduleMessage', 'tea');
      expect(scheduled).toMatchObject({ text: `<@${person}> wants you to remember: tea` });
      expect(Number(scheduled['post_at'])).toBeGreaterThanOrEqual(before + 3_600);
    },
  },
  {
    program: 'cookbook.md: Answers in time (python)',
    async run({ world, project, person }) {
      world.send(appMention({ text: 'please open the kitchen' }));
      await world.printed(project, 'on_opened', 'open');
      for (const _ of [1, 2])
        expect(await world.acknowledged(world.send(slashCommand({ command: '/lunch' })))).toEqual({
          ...{ response_type: 'ephemeral', text: `<@${person}>, there is soup.` },
        });
    },
  },
];

/** A project that only holds a connection. */
const KEEPER: ExampleProject = {
  folder: undefined,
  manifest: {
    name: 'keeper',
    vars: [],
    connections: [{ name: 'my_slack', integration: 'slack', vars: [] }],
    triggers: [],
  },
  files: { 'main.star': new TextEncoder().encode('def nothing():\n    pass\n') },
};

function tsOf(entry: LedgerEntry): string {
  return stringAt(objectAt(entry.payload, 'event'), 'ts');
}

function nameOf({ title, language }: AuthorProgram): string {
  return `${title} (${language})`;
}

describe('the programs in the pages for authors', () => {
  const programs = authorPrograms();
  let world: WorkflowWorld;
  let first: DeployedExample;

  beforeAll(async () => {
    world = await startWorkflowWorld({}, undefined, { scopes: ['files:write'], runsPython: true });
    // The app keeps its sockets by this connection: Slack lets each app open only a few a minute.
    first = await deployExample(world.server, await world.server.createUser(), KEEPER);
    await world.connect(first.project, 'my_slack');
  }, 120_000);
  afterAll(async () => {
    await first.remove();
    await world.stop();
  });

  it('Each code block of the pages for authors is a program, and is run here', () => {
    expect(programs.map(nameOf).sort()).toEqual(TRIALS.map(({ program }) => program).sort());
  });

  it.each(TRIALS)(
    'The program $program does what its page says',
    async ({ program: name, manifest, run }) => {
      const program = programs.find((each) => nameOf(each) === name);
      if (program === undefined) throw new Error(`there is no program ${name}`);
      const { server, slack, installation } = world;
      const given = typeof manifest === 'function' ? manifest(program.manifest) : manifest;
      const project = projectOf(program, given);
      if (server.standIn !== undefined) runProgramsInPython(server.standIn, project);
      const owner = await server.createUser();
      const example = await deployExample(server, owner, project);
      const { projectId } = example.project;
      const scripted = new URL('python/scripted-slack', import.meta.url).pathname;
      await owner.clients.vars.set({
        vars: [
          { scopeId: projectId, name: 'SLACK_API_URL', value: `${slack.url}/api/` },
          { scopeId: projectId, name: 'PYTHONPATH', value: scripted },
        ],
      });
      await world.connect(example.project, 'my_slack');
      slack.calls.forget();
      try {
        await run({
          ...{ world, project: example.project },
          person: installation.workspace?.users[0]?.id ?? '',
          place: installation.workspace?.channels[0]?.id ?? '',
          async called(method, words) {
            const isSuch = (call: {
              method: string;
              args: JsonObject;
              answer: JsonObject | undefined;
            }): boolean =>
              call.method === method &&
              call.answer?.['ok'] === true &&
              JSON.stringify(call.args).includes(words);
            return (await slack.calls.waitFor(isSuch, 60_000)).args;
          },
        });
        const failed = (await server.sessionsOf(example.project)).filter(({ state }) => state === 'error');
        expect(failed).toEqual([]);
      } finally {
        await example.remove();
      }
    },
  );
});
