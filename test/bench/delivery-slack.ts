import type { BlastResult } from '../../src/sim/slack/blast/blast.js';
import type { Frame } from '../../src/sim/slack/frames/draft.js';
import { blockAction } from '../../src/sim/slack/frames/interactions.js';
import { message } from '../../src/sim/slack/frames/messages.js';
import type { SlackApp, SlackInstallation } from '../../src/sim/slack/directory/entities.js';
import { startScriptedSlack } from '../../src/sim/slack/scripted-slack.js';
import { socketModeVariables } from '../world/socket-mode-variables.js';
import { answer } from './delivery-process.js';

export interface Entry {
  readonly apiUrl: string;
  readonly appId: string;
  readonly appToken: string;
  /** What a connection of this app holds. */
  readonly variables: readonly {
    readonly name: string;
    readonly value: string;
    readonly isSecret: boolean;
  }[];
}

/** What is told about a blast between processes. */
export type BlastSummary = Omit<BlastResult, 'tookMs'>;

export type Pace = { t: 'window'; perSocket: number } | { t: 'rate'; perSecond: number };

// A message as people write them; with its envelope 1.5 kB.
const TEXT = 'The quick brown fox jumps over the lazy dog. '.repeat(6);
// Of one connection; the figures hold for conversations that go on beside each other.
const CHANNELS = 20;

const slack = await startScriptedSlack();
const workspace = slack.addWorkspace();
const apps = new Map<string, { app: SlackApp; installation: SlackInstallation }>();

function opened(appId: string): { app: SlackApp; installation: SlackInstallation } {
  const found = apps.get(appId);
  if (found === undefined) throw new Error('open first');
  return found;
}

/** A frame that says which it is, in a channel of its own turn. */
function numbered(n: number): Frame {
  const text = `${n} ${TEXT}`;
  return message({ text, event: { channel: `C0CHAN${String(n % CHANNELS).padStart(4, '0')}` } });
}

const FRAMES = Array.from({ length: CHANNELS }, (_, n) => numbered(n));

async function blast(appId: string, frames: readonly Frame[], count: number, pace: Pace) {
  const result = await slack.blast(opened(appId).installation, frames, { count, pace, limit: 120_000 });
  const { tookMs, ...summary } = result;
  return { summary, tookMs };
}

/** The scripted Slack, in a process of its own; each contestant is an app. */
const questions = {
  /** A new app, so that nothing is left of the run before. */
  open: (): Promise<Entry> => {
    const app = slack.addApp();
    const installation = slack.install(app, workspace);
    apps.set(app.id, { app, installation });
    const variables = socketModeVariables(app, installation);
    return Promise.resolve({
      apiUrl: slack.apiUrl,
      appId: app.id,
      appToken: app.createAppToken(),
      variables,
    });
  },
  sockets: async (appId: string, count: number): Promise<void> => {
    await slack.waitForSockets(opened(appId).app, count);
  },
  blast: async (appId: string, count: number, pace: Pace): Promise<BlastSummary> =>
    (await blast(appId, FRAMES, count, pace)).summary,
  /** The milliseconds that each acknowledgement of a blast took. */
  latencies: async (appId: string, count: number, pace: Pace): Promise<number[]> => [
    ...(await blast(appId, FRAMES, count, pace)).tookMs,
  ],
  /** Blasts to several apps at once: how many a second were acknowledged, and the milliseconds that each took. */
  blastAll: async (
    appIds: readonly string[],
    count: number,
    pace: Pace,
  ): Promise<{ perSecond: number; tookMs: number[] }> => {
    const began = performance.now();
    const results = await Promise.all(appIds.map((appId) => blast(appId, FRAMES, count, pace)));
    const seconds = (performance.now() - began) / 1000;
    const acknowledged = results.reduce((sum, { summary }) => sum + summary.acknowledged, 0);
    return { perSecond: acknowledged / seconds, tookMs: results.flatMap(({ tookMs }) => [...tookMs]) };
  },
  /** All at once, on one socket, with an interaction in their middle. */
  burst: async (appId: string, count: number): Promise<BlastSummary> => {
    const frames = Array.from({ length: count }, (_, n) => (n === count / 2 ? blockAction() : numbered(n)));
    const pace: Pace = { t: 'window', perSocket: count };
    return (await blast(appId, frames, count, pace)).summary;
  },
};

export type SlackQuestions = typeof questions;

answer(questions);
