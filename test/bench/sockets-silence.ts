import { SocketModeClient } from '@slack/socket-mode';
import { pino } from 'pino';

import { systemClock } from '../../src/core/clock.js';
import { seededRandom } from '../../src/core/random.js';
import { blockAction } from '../../src/sim/slack/frames/interactions.js';
import type { SlackInstallation } from '../../src/sim/slack/directory/entities.js';
import { startScriptedSlack, type ScriptedSlack } from '../../src/sim/slack/scripted-slack.js';
import { silentLogger } from '../../src/slack/http.js';
import { createSlackSockets } from '../../src/slack/sockets.js';
import type { Bench } from './bench.js';

// Enough to meet the worst moment between two pings.
const APPS = 40;
const SDK_APPS = 5;
const APART_MS = 137;
const CLICKS_EVERY_MS = 100;

/** One of the two sockets of each of many apps falls silent, at different moments between pings, while people click. */
export const bench: Bench = {
  name: 'sockets-silence',
  async run() {
    const slack = await startScriptedSlack();
    const install = (n: number): SlackInstallation =>
      slack.install(slack.addApp(`App ${n}`), slack.addWorkspace(`Space ${n}`));
    const ours = Array.from({ length: APPS }, (_, n) => install(n));
    const theirs = Array.from({ length: SDK_APPS }, (_, n) => install(APPS + n));
    const sockets = createSlackSockets({
      apiUrl: slack.apiUrl,
      clock: systemClock,
      random: seededRandom(1),
      log: pino({ enabled: false }),
      onEnvelope: (envelope) => void envelope.acknowledge(),
    });
    sockets.reconcile(new Map(ours.map(({ app }) => [app.id, [{ token: app.createAppToken(), setAt: 1 }]])));
    const clients = theirs.map(({ app }) => plainClient(slack, app.createAppToken()));
    await Promise.all(clients.map((client) => client.start()));
    await until(() => ours.every(({ app }) => sockets.status(app.id)?.t === 'live'));

    const noticedAt = new Map<string, number>();
    sockets.events.subscribe((event) => {
      if (event.t === 'socket_state' && event.to === 'suspect') noticedAt.set(event.appId, performance.now());
    });
    const clicks = setInterval(() => {
      for (const installation of ours) slack.send(installation, blockAction());
    }, CLICKS_EVERY_MS);
    const replaced = await Promise.all([...ours, ...theirs].map(({ app }, n) => silence(slack, app.id, n)));
    // Slack's 3 s for what was sent last.
    await pause(3_500);
    clearInterval(clicks);
    await slack.ledger.allSettled();
    const late = slack.ledger.entries.filter(({ appId, attempts }) =>
      attempts.some(({ at, trouble, outcome }) => {
        const noticed = noticedAt.get(appId);
        const after = noticed !== undefined && at > performance.timeOrigin + noticed;
        return after && trouble === undefined && outcome !== 'acknowledged';
      }),
    ).length;
    const noticed = replaced
      .slice(0, APPS)
      .map(({ appId, since }) => (noticedAt.get(appId) ?? Infinity) - since);
    const renewed = replaced.map(({ took }) => took);
    const [worst, ready] = [Math.max(...noticed), Math.max(...renewed.slice(0, APPS))];
    await sockets.stop();
    await Promise.all(clients.map((client) => client.disconnect().catch(() => undefined)));
    await slack.stop();
    return [
      {
        figure: `half-open socket noticed, slowest of ${APPS}`,
        value: seconds(worst),
        peer: '',
        limit: '<= 5 s',
        ok: worst <= 5_000,
      },
      {
        figure: `half-open socket replaced, slowest of ${APPS}`,
        value: seconds(ready),
        peer: `${seconds(Math.max(...renewed.slice(APPS)))} (plain SDK)`,
        limit: '<= 5 s',
        ok: ready <= 5_000,
      },
      {
        figure: 'clicks sent to a working socket after that, acknowledged late or not at all',
        value: String(late),
        peer: '',
        limit: '0',
        ok: late === 0,
      },
    ];
  },
};

/** Freezes one socket of an app and waits for the app's next one. */
async function silence(
  slack: ScriptedSlack,
  appId: string,
  n: number,
): Promise<{ appId: string; since: number; took: number }> {
  await pause(2_000 + n * APART_MS);
  const of = (): ReturnType<ScriptedSlack['sockets']> =>
    slack.sockets().filter((socket) => socket.appId === appId);
  const before = new Set(of().map(({ id }) => id));
  const since = performance.now();
  of()[n % before.size]?.freeze();
  await slack.waitUntilSockets(() => of().some(({ id }) => !before.has(id)), 60_000);
  return { appId, since, took: performance.now() - since };
}

function plainClient(slack: ScriptedSlack, appToken: string): SocketModeClient {
  return new SocketModeClient({
    appToken,
    logger: silentLogger,
    clientOptions: { slackApiUrl: slack.apiUrl },
  });
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(20);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
