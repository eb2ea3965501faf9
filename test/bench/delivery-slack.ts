import type { BlastResult } from '../../src/sim/slack/blast/blast.js';
import type { Frame } from '../../src/sim/slack/frames/draft.js';
import { blockAction } from '../../src/sim/slack/frames/interactions.js';
import { message } from '../../src/sim/slack/frames/messages.js';
import type { SlackApp, SlackInstallation } from '../../src/sim/slack/directory/entities.js';
import { startScriptedSlack } from '../../src/sim/slack/scripted-slack.js';
import { answer } from './delivery-process.js';

export interface Entry {
  readonly apiUrl: string;
  readonly appId: string;
  readonly appToken: string;
}

export type Pace = { t: 'window'; perSocket: number } | { t: 'rate'; perSecond: number };

// A message as people write them; with its envelope 1.5 kB.
const TEXT = 'The quick brown fox jumps over the lazy dog. '.repeat(6);
// Of one connection; the figures hold for conversations that go on beside each other.
const CHANNELS = 20;

const slack = await startScriptedSlack();
const workspace = slack.addWorkspace();
let installed: { app: SlackApp; installation: SlackInstallation } | undefined;

function current(): { app: SlackApp; installation: SlackInstallation } {
  if (installed === undefined) throw new Error('open first');
  return installed;
}

/** A frame that says which it is, in a channel of its own turn. */
function numbered(n: number): Frame {
  const text = `${n} ${TEXT}`;
  return message({ text, event: { channel: `C0CHAN${String(n % CHANNELS).padStart(4, '0')}` } });
}

/** The scripted Slack, in a process of its own. */
const questions = {
  /** A new app, so that nothing is left of the run before. */
  open: (): Promise<Entry> => {
    const app = slack.addApp();
    installed = { app, installation: slack.install(app, workspace) };
    return Promise.resolve({ apiUrl: slack.apiUrl, appId: app.id, appToken: app.createAppToken() });
  },
  sockets: async (count: number): Promise<void> => {
    await slack.waitForSockets(current().app, count);
  },
  blast: (count: number, pace: Pace): Promise<BlastResult> => {
    const frames = Array.from({ length: CHANNELS }, (_, n) => numbered(n));
    return slack.blast(current().installation, frames, { count, pace, limit: 120_000 });
  },
  /** All at once, on one socket, with an interaction in their middle. */
  burst: (count: number): Promise<BlastResult> => {
    const frames = Array.from({ length: count }, (_, n) => (n === count / 2 ? blockAction() : numbered(n)));
    const pace: Pace = { t: 'window', perSocket: count };
    return slack.blast(current().installation, frames, { count, pace, limit: 120_000 });
  },
};

export type SlackQuestions = typeof questions;

answer(questions);
