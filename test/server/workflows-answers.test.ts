import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/json.js';
import type { Frame } from '../../src/sim/slack/frames/draft.js';
import { blockAction, optionsRequest, viewSubmission } from '../../src/sim/slack/frames/interactions.js';
import { message } from '../../src/sim/slack/frames/messages.js';
import { slashCommand } from '../../src/sim/slack/frames/slash-command.js';
import type { LedgerEntry } from '../../src/sim/slack/sending/ledger-entry.js';
import { answerProject, emulateAnswers } from './answer-project.js';
import { deployExample, type DeployedExample } from './example-project.js';
import { eventually } from '../helpers/eventually.js';
import { startStandInUnderTest } from '../world/server.js';
import { startWorkflowWorld, type WorkflowWorld } from '../world/workflows.js';

const ALL = { socket_mode_answers: 'slash_command,view_submission,options' };
const ECHO = {
  blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'Your command: `/ak status`' } }],
};
const COMMAND = slashCommand({ command: '/ak', text: 'status' });

let world: WorkflowWorld;
let example: DeployedExample;

afterEach(async () => {
  await example.remove();
  await world.stop();
});

/** A world in which each connection, by name, has chosen what its variables say. */
async function start(
  connections: Readonly<Record<string, Readonly<Record<string, string>>>>,
  ...options: Parameters<typeof startWorkflowWorld>
): Promise<void> {
  world = await startWorkflowWorld(...options);
  const { server } = world;
  if (server.standIn !== undefined) emulateAnswers(server.standIn);
  example = await deployExample(server, await server.createUser(), answerProject(connections));
  for (const name of Object.keys(connections)) await world.connect(example.project, name);
}

/** Sends one, and what its sessions print: where it can be answered, as each connection sees it. */
async function sent(frame: Frame, connections = 1): Promise<{ entry: LedgerEntry; urls: string[] }> {
  const { server } = world;
  const before = (await server.sessionsOf(example.project)).length;
  const entry = world.send(frame);
  const urls = await eventually(
    async () => {
      const sessions = (await server.sessionsOf(example.project)).slice(0, -before || undefined);
      const prints = await Promise.all(
        sessions.map(({ sessionId }) => server.prints(example.project, sessionId)),
      );
      return prints.flat().length === connections ? prints.flat() : undefined;
    },
    'the sessions of an event',
    60_000,
  );
  return { entry, urls };
}

async function post(url: string | undefined, answer: unknown): Promise<number> {
  return (await fetch(url ?? '', { method: 'POST', body: JSON.stringify(answer) })).status;
}

describe('an answer of a workflow', () => {
  it('The answer of a workflow goes into the acknowledgement once, if it is valid and posted to the right address', async () => {
    await start({ sl: ALL });
    const { entry, urls } = await sent(COMMAND);
    const [url = ''] = urls;
    expect(url).toMatch(new RegExp(`^${world.program.gatewayUrl}/slack/assets/answers/[\\w-]{43}$`));
    const guessed = `${url.slice(0, -43)}${'A'.repeat(43)}`;
    expect(await post(guessed, { text: 'from a stranger' })).toBe(410);
    expect(await post(url, { words: 'no message' })).toBe(400);
    expect(await post(url, { text: 'All is well.' })).toBe(200);
    expect(await post(url, { text: 'Not at all.' })).toBe(410);
    expect(await world.acknowledged(entry)).toEqual({ text: 'All is well.' });
    expect(world.program.logged.join('')).not.toContain(url.slice(-43));
  });

  it('The answer of a workflow may be one to a modal and one to an options request', async () => {
    await start({ sl: ALL });
    const answers: [Frame, JsonObject][] = [
      [viewSubmission(), { response_action: 'errors', errors: { inp: 'Too short.' } }],
      [viewSubmission(), {}],
      [optionsRequest(), { options: [{ text: { type: 'plain_text', text: 'One' }, value: '1' }] }],
    ];
    for (const [frame, answer] of answers) {
      const { entry, urls } = await sent(frame);
      expect(await post(urls[0], answer)).toBe(200);
      expect(await world.acknowledged(entry)).toEqual(answer);
    }
  });

  it('An answer that does not come in time leaves the default answer, and is refused afterwards', async () => {
    await start({ sl: ALL });
    const { entry, urls } = await sent(COMMAND);
    expect(await world.acknowledged(entry)).toEqual(ECHO);
    expect(await post(urls[0], { text: 'late' })).toBe(410);
    expect(world.slack.ledger.late()).toEqual([]);
  });

  it('A modal closes in time when no answer comes', async () => {
    await start({ sl: ALL });
    const entry = world.send(viewSubmission());
    expect(await world.acknowledged(entry)).toBeUndefined();
    expect(entry.state).toBe('acknowledged');
    expect(world.slack.ledger.late()).toEqual([]);
    await world.started(example.project, 1);
  });

  it('An answer is possible only for kinds that were chosen, and for events that carry one', async () => {
    await start({ sl: { socket_mode_answers: 'view_submission' } });
    for (const frame of [COMMAND, optionsRequest(), blockAction(), message()]) {
      const { entry, urls } = await sent(frame);
      expect(urls).toEqual(['']);
      expect(await world.acknowledged(entry)).toEqual(entry.kind === 'slash_commands' ? ECHO : undefined);
    }
    const { urls } = await sent(viewSubmission());
    expect(urls).not.toContain('');
  });

  it('An answer is possible only for the connection that chose it, where several get the event', async () => {
    await start({ asks: ALL, listens: {} });
    const { entry, urls } = await sent(COMMAND, 2);
    const [url] = urls.filter((printed) => printed !== '');
    expect(urls).toContain('');
    expect(await post(url, { text: 'mine' })).toBe(200);
    expect(await world.acknowledged(entry)).toEqual({ text: 'mine' });
  });

  it('An answer has its address where the operator says that workflows reach the gateway', async () => {
    await start({ sl: ALL }, { GATEWAY_PUBLIC_URL: 'https://slack.example.com/ak/' });
    const { urls } = await sent(COMMAND);
    expect(urls[0]).toMatch(/^https:\/\/slack\.example\.com\/ak\/slack\/assets\/answers\/[\w-]{43}$/);
  });
});

describe('an answer of a workflow, with things going wrong', () => {
  it('The answer of a workflow serves a frame that Slack sends twice', async () => {
    await start({ sl: ALL }, {}, await startStandInUnderTest());
    world.slack.faults.delivery({ duplicate: 1 });
    const { entry, urls } = await sent(COMMAND);
    expect(await post(urls[0], { text: 'once' })).toBe(200);
    await eventually(() => entry.attempts[0]?.acknowledgements.length === 2, 'both acknowledgements');
    expect(entry.attempts[0]?.acknowledgements.map(({ payload }) => payload)).toEqual([
      { text: 'once' },
      { text: 'once' },
    ]);
  });

  it('The acknowledgement does not wait longer while the server is away; the event comes without an address later', async () => {
    const server = await startStandInUnderTest();
    await start({ sl: ALL }, {}, server);
    await server.standIn.goDown();
    const entry = world.send(COMMAND);
    expect(await world.acknowledged(entry)).toEqual(ECHO);
    await server.standIn.comeUp();
    const prints = await world.printed(example.project, 'on_event', '');
    expect(prints).toEqual(['']);
    expect(world.slack.ledger.late()).toEqual([]);
  });
});
