import { SocketModeClient } from '@slack/socket-mode';
import { fetch, getGlobalDispatcher, type Dispatcher } from 'undici';

import type { SlackApp, SlackInstallation } from '../../src/sim/slack/directory/entities.js';
import type { Frame } from '../../src/sim/slack/frames/draft.js';
import { blockAction } from '../../src/sim/slack/frames/interactions.js';
import { message } from '../../src/sim/slack/frames/messages.js';
import type { ScriptedSlack } from '../../src/sim/slack/scripted-slack.js';
import type { LedgerEntry } from '../../src/sim/slack/sending/ledger-entry.js';
import { silentLogger } from '../../src/slack/http.js';

/** The plain SDK with one socket, as its documentation shows it. */
export function plainClient(slack: ScriptedSlack, app: SlackApp): SocketModeClient {
  const client = new SocketModeClient({
    appToken: app.createAppToken(),
    logger: silentLogger,
    clientOptions: { slackApiUrl: slack.apiUrl },
  });
  client.on('slack_event', ({ ack }: { ack: () => Promise<void> }) => void ack().catch(() => undefined));
  return client;
}

/** So many frames a second for each installation; events and clicks by turns, unless said. */
export function sendSteadily(
  slack: ScriptedSlack,
  installations: readonly SlackInstallation[],
  perSecond: number,
  frameOf: (round: number) => Frame = (round) => (round % 2 === 0 ? message() : blockAction()),
): { stop(): LedgerEntry[] } {
  const sent: LedgerEntry[] = [];
  const since = performance.now();
  let rounds = 0;
  const timer = setInterval(() => {
    // Catches up, so that a busy machine does not send less.
    for (const due = ((performance.now() - since) / 1_000) * perSecond; rounds < due; rounds++)
      for (const installation of installations) sent.push(slack.send(installation, frameOf(rounds)));
  }, 5);
  return {
    stop() {
      clearInterval(timer);
      return sent;
    },
  };
}

/** How long a plain call for a URL takes by this way, milliseconds: what Slack and the machine need, whoever calls. */
export async function plainAnswer(
  slack: ScriptedSlack,
  appToken: string,
  way: Dispatcher = getGlobalDispatcher(),
): Promise<number> {
  const since = performance.now();
  const answer = await fetch(`${slack.apiUrl}apps.connections.open`, {
    method: 'POST',
    headers: { authorization: `Bearer ${appToken}` },
    dispatcher: way,
  });
  await answer.json();
  return performance.now() - since;
}

/** The times in which an app had no open socket, milliseconds each. */
export function deafness(slack: ScriptedSlack, app: SlackApp): { stop(): number[] } {
  const gaps: number[] = [];
  let since: number | undefined;
  const end = (): void => {
    if (since !== undefined) gaps.push(performance.now() - since);
    since = undefined;
  };
  const leave = slack.onSocketChange(() => {
    if (slack.sockets(app).length > 0) end();
    else since ??= performance.now();
  });
  return {
    stop() {
      leave();
      end();
      return gaps;
    },
  };
}

export interface Count {
  readonly sent: number;
  /** Not acknowledged at the first attempt. */
  readonly missed: number;
  /** Of these, the ones that found no socket. */
  readonly unrouted: number;
}

/** What became of what was sent to one app. */
export function count(entries: readonly LedgerEntry[], app: SlackApp): Count {
  const first = entries.filter(({ appId }) => appId === app.id).map(({ attempts }) => attempts[0]?.outcome);
  return {
    sent: first.length,
    missed: first.filter((outcome) => outcome !== 'acknowledged').length,
    unrouted: first.filter((outcome) => outcome === 'unrouted').length,
  };
}
