import { afterEach, expect } from 'vitest';
import type {
  SlackApp,
  SlackInstallation,
  SlackWorkspace,
} from '../../../../src/sim/slack/directory/entities.js';
import type { LinkSocket } from '../../../../src/sim/slack/link/link-socket.js';
import type { ScriptedSlackOptions } from '../../../../src/sim/slack/options.js';
import { HandClock } from '../../../helpers/hand-clock.js';
import { startScriptedSlack, type ScriptedSlack } from '../../../../src/sim/slack/scripted-slack.js';
import { Client } from './client.js';

/** A scripted Slack with one app in one workspace. */
export interface Stage {
  readonly slack: ScriptedSlack;
  readonly workspace: SlackWorkspace;
  readonly app: SlackApp;
  readonly installation: SlackInstallation;
  readonly appToken: string;
  /** Stands still until the test moves it. */
  readonly clock: HandClock;
}

/** How long a test waits for what is under way, in real milliseconds. */
export const SOON = { timeout: 10_000 };

const running: ScriptedSlack[] = [];

afterEach(async () => {
  for (const slack of running.splice(0)) await slack.stop();
  await expect.poll(openHandles, SOON).toEqual([]);
});

/** TCP ports and connections of this process; Node lets go of closed ones a little later. */
function openHandles(): string[] {
  return process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP'));
}

/** Starts one that is stopped after the test. */
export async function stage(options: ScriptedSlackOptions = {}): Promise<Stage> {
  const clock = new HandClock();
  const slack = await startScriptedSlack({ clock, seed: 7, ...options });
  running.push(slack);
  const workspace = slack.addWorkspace();
  const app = slack.addApp();
  return {
    slack,
    workspace,
    app,
    installation: slack.install(app, workspace),
    appToken: app.createAppToken(),
    clock,
  };
}

/** The same, with a client that has opened one socket. */
export async function withSocket(
  options: ScriptedSlackOptions = {},
): Promise<Stage & { client: Client; socket: LinkSocket }> {
  const on = await stage(options);
  const client = await Client.open(on.slack.apiUrl, on.appToken);
  const [socket] = await on.slack.waitForSockets(on.app, 1);
  return { ...on, client, socket: socket! };
}
