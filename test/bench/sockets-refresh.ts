import { SocketModeClient } from '@slack/socket-mode';

import { seededRandom } from '../../src/core/random.js';
import { blockAction } from '../../src/sim/slack/frames/interactions.js';
import { message } from '../../src/sim/slack/frames/messages.js';
import type { SlackApp, SlackInstallation } from '../../src/sim/slack/directory/entities.js';
import type { LedgerEntry } from '../../src/sim/slack/sending/ledger-entry.js';
import type { ScriptedSlack } from '../../src/sim/slack/scripted-slack.js';
import { silentLogger } from '../../src/slack/silent-logger.js';
import { SlackRig, UNLIMITED } from '../helpers/slack-rig.js';
import type { Bench } from './bench.js';

const REFRESHES = 1_000;
const EVENTS_PER_SECOND = 50;
// Slack refreshes a socket after hours; here, as soon as the one before has been replaced, but not faster than this.
const PAUSE_MS = 50;

/** A thousand refreshes of one app's sockets, half of them without a warning, with events and clicks coming in all the time. */
export const bench: Bench = {
  name: 'sockets-refresh',
  async run() {
    const rig = await SlackRig.start({ policy: UNLIMITED });
    const { slack } = rig;
    const theirs = slack.install(slack.addApp('Plain SDK'), slack.addWorkspace('Plain'));
    const sdk = plainClient(slack, theirs.app);
    await sdk.start();
    await rig.open();
    const deaf = { ours: deafness(slack, rig.app), sdk: deafness(slack, theirs.app) };
    const traffic = sendSteadily(slack, [rig.installation, theirs]);
    const refreshed = await refresh(rig, theirs.app);
    const sent = traffic.stop();
    await until(() => sent.every(({ attempts, state }) => state !== 'pending' || attempts.length > 1));
    const [ours, plain] = [count(sent, rig.app), count(sent, theirs.app)];
    const [ourGap, sdkGap] = [deaf.ours.stop(), deaf.sdk.stop()];
    await sdk.disconnect().catch(() => undefined);
    await rig.stop();
    return [
      {
        figure: `time without an open socket, ${refreshed.ours} refreshes`,
        value: `${ourGap.toFixed(0)} ms`,
        peer: `${(sdkGap / 1_000).toFixed(1)} s, ${refreshed.sdk} refreshes (plain SDK)`,
        limit: '0 ms',
        ok: ourGap === 0 && refreshed.ours === REFRESHES,
      },
      {
        figure: `of ${ours.sent} payloads at ${EVENTS_PER_SECOND}/s, not acknowledged at the first attempt`,
        value: String(ours.missed),
        peer: `${plain.missed} of ${plain.sent} (plain SDK)`,
        limit: '0, the SDK some',
        ok: ours.missed === 0 && plain.missed > 0,
      },
      {
        figure: 'payloads that Slack could not route, for each refresh',
        value: (ours.unrouted / refreshed.ours).toFixed(0),
        peer: `${(plain.unrouted / refreshed.sdk).toFixed(0)} (plain SDK, ${refreshed.sdk} refreshes)`,
        limit: '0, the SDK some',
        ok: ours.unrouted === 0 && plain.unrouted > 0,
      },
    ];
  },
};

function plainClient(slack: ScriptedSlack, app: SlackApp): SocketModeClient {
  const client = new SocketModeClient({
    appToken: app.createAppToken(),
    logger: silentLogger,
    clientOptions: { slackApiUrl: slack.apiUrl },
  });
  client.on('slack_event', ({ ack }: { ack: () => Promise<void> }) => void ack().catch(() => undefined));
  return client;
}

/** Refreshes one socket after another; the plain client's too, whenever it has one. */
async function refresh(rig: SlackRig, theirs: SlackApp): Promise<{ ours: number; sdk: number }> {
  const random = seededRandom(1);
  const done = { ours: 0, sdk: 0 };
  while (done.ours < REFRESHES) {
    const warned = done.ours % 2 === 0;
    for (const plain of rig.slack.sockets(theirs)) {
      done.sdk += 1;
      if (warned) plain.warn();
      else plain.refresh();
    }
    const sockets = rig.slack.sockets(rig.app);
    const socket = sockets[Math.floor(random() * sockets.length)];
    if (warned) socket?.warn();
    else socket?.refresh();
    done.ours += 1;
    await pause(PAUSE_MS);
    await rig.slack.waitUntilSockets(() => {
      const open = rig.slack.sockets(rig.app);
      return open.length === 2 && open.every((each) => each !== socket);
    });
  }
  return done;
}

function sendSteadily(
  slack: ScriptedSlack,
  installations: readonly SlackInstallation[],
): { stop(): LedgerEntry[] } {
  const sent: LedgerEntry[] = [];
  const since = performance.now();
  let rounds = 0;
  const timer = setInterval(() => {
    // Catches up, so that a busy machine does not send less.
    for (const due = ((performance.now() - since) / 1_000) * EVENTS_PER_SECOND; rounds < due; rounds++)
      for (const installation of installations)
        sent.push(slack.send(installation, rounds % 2 === 0 ? message() : blockAction()));
  }, 5);
  return {
    stop() {
      clearInterval(timer);
      return sent;
    },
  };
}

/** Milliseconds in which an app had no open socket. */
function deafness(slack: ScriptedSlack, app: SlackApp): { stop(): number } {
  let sum = 0;
  let since: number | undefined;
  const look = (): void => {
    const open = slack.sockets(app).length > 0;
    if (!open) since ??= performance.now();
    if (open && since !== undefined) {
      sum += performance.now() - since;
      since = undefined;
    }
  };
  const leave = slack.onSocketChange(look);
  return {
    stop() {
      leave();
      return since === undefined ? sum : sum + performance.now() - since;
    },
  };
}

interface Count {
  readonly sent: number;
  /** Not acknowledged at the first attempt. */
  readonly missed: number;
  /** Of these, the ones that found no socket. */
  readonly unrouted: number;
}

function count(entries: readonly LedgerEntry[], app: SlackApp): Count {
  const first = entries.filter(({ appId }) => appId === app.id).map(({ attempts }) => attempts[0]?.outcome);
  return {
    sent: first.length,
    missed: first.filter((outcome) => outcome !== 'acknowledged').length,
    unrouted: first.filter((outcome) => outcome === 'unrouted').length,
  };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(50);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
