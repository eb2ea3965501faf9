import { seededRandom } from '../../src/core/random.js';
import type { SlackApp } from '../../src/sim/slack/directory/entities.js';
import { SocketsWorld } from '../world/sockets.js';
import { UNLIMITED } from '../world/policies.js';
import type { Bench, Row } from './bench.js';
import { refreshMinute } from './refresh-minute.js';
import { count, deafness, plainClient, sendSteadily } from './refresh-traffic.js';

const REFRESHES = 1_000;
const EVENTS_PER_SECOND = 50;
// Slack refreshes a socket after hours; here, as soon as the one before has been replaced, but not faster than this.
const PAUSE_MS = 50;

/** A minute in real time as it is delivered, and a thousand refreshes as fast as they go. */
export const bench: Bench = {
  name: 'sockets-refresh',
  run: async () => [...(await refreshMinute()), ...(await thousand())],
};

/**
 * A thousand refreshes of one app's sockets, half of them without a warning, with events and clicks coming in all the time.
 * Without the budget and the pause after short-lived sockets, which would make them take days: the minute shows those.
 */
async function thousand(): Promise<readonly Row[]> {
  const world = await SocketsWorld.start({ policy: UNLIMITED });
  const { slack } = world;
  const theirs = slack.install(slack.addApp('Plain SDK'), slack.addWorkspace('Plain'));
  const sdk = plainClient(slack, theirs.app);
  await sdk.start();
  await world.open();
  const deaf = { ours: deafness(slack, world.app), sdk: deafness(slack, theirs.app) };
  const traffic = sendSteadily(slack, [world.installation, theirs], EVENTS_PER_SECOND);
  const refreshed = await refresh(world, theirs.app);
  const sent = traffic.stop();
  await until(() => sent.every(({ attempts, state }) => state !== 'pending' || attempts.length > 1));
  const [ours, plain] = [count(sent, world.app), count(sent, theirs.app)];
  const [ourGap, sdkGap] = [sum(deaf.ours.stop()), sum(deaf.sdk.stop())];
  await sdk.disconnect().catch(() => undefined);
  await world.stop();
  return [
    {
      figure: `hurried: time without an open socket, ${refreshed.ours} refreshes`,
      value: `${ourGap.toFixed(0)} ms`,
      peer: `${(sdkGap / 1_000).toFixed(1)} s, ${refreshed.sdk} refreshes (plain SDK)`,
      limit: '0 ms',
      ok: ourGap === 0 && refreshed.ours === REFRESHES,
    },
    {
      figure: `hurried: of ${ours.sent} payloads at ${EVENTS_PER_SECOND}/s, not acknowledged at the first attempt`,
      value: String(ours.missed),
      peer: `${plain.missed} of ${plain.sent} (plain SDK)`,
      limit: '0, the SDK some',
      ok: ours.missed === 0 && plain.missed > 0,
    },
    {
      figure: 'hurried: payloads that Slack could not route, for each refresh',
      value: (ours.unrouted / refreshed.ours).toFixed(0),
      peer: `${(plain.unrouted / refreshed.sdk).toFixed(0)} (plain SDK, ${refreshed.sdk} refreshes)`,
      limit: '0, the SDK some',
      ok: ours.unrouted === 0 && plain.unrouted > 0,
    },
  ];
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

/** Refreshes one socket after another; the plain client's too, whenever it has one. */
async function refresh(world: SocketsWorld, theirs: SlackApp): Promise<{ ours: number; sdk: number }> {
  const random = seededRandom(1);
  const done = { ours: 0, sdk: 0 };
  while (done.ours < REFRESHES) {
    const warned = done.ours % 2 === 0;
    for (const plain of world.slack.sockets(theirs)) {
      done.sdk += 1;
      if (warned) plain.warn();
      else plain.refresh();
    }
    const sockets = world.slack.sockets(world.app);
    const socket = sockets[Math.floor(random() * sockets.length)];
    if (warned) socket?.warn();
    else socket?.refresh();
    done.ours += 1;
    await pause(PAUSE_MS);
    await world.slack.waitUntilSockets(() => {
      const open = world.slack.sockets(world.app);
      return open.length === 2 && open.every((each) => each !== socket);
    });
  }
  return done;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(50);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
