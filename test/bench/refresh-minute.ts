import { pino } from 'pino';

import { systemClock } from '../../src/core/clock.js';
import { seededRandom } from '../../src/core/random.js';
import { startScriptedSlack } from '../../src/sim/slack/scripted-slack.js';
import { createSlackSockets } from '../../src/slack/sockets.js';
import type { Row } from './bench.js';
import { closedRows, closingMinute, replacedRows, type Contestant } from './closing-minute.js';
import { plainClient } from './refresh-traffic.js';

/** Real time, the settings as they are delivered, beside the plain SDK: Slack ends sockets every 10 s for a minute. */
export async function refreshMinute(): Promise<readonly Row[]> {
  const slack = await startScriptedSlack();
  const contestant = (name: string, all: boolean, isMeasured = false): Contestant => ({
    installation: slack.install(slack.addApp(name), slack.addWorkspace(name)),
    all,
    isMeasured,
  });
  const ours = [contestant('Ours, one', false), contestant('Ours, all', true, true)] as const;
  const theirs = [contestant('SDK, one', false), contestant('SDK, all', true)] as const;
  const sockets = createSlackSockets({
    apiUrl: slack.apiUrl,
    clock: systemClock,
    random: seededRandom(1),
    log: pino({ enabled: false }),
    onEnvelope: (envelope) => void envelope.acknowledge(),
  });
  sockets.reconcile(
    new Map(ours.map(({ installation: { app } }) => [app.id, [{ token: app.createAppToken(), setAt: 1 }]])),
  );
  const clients = theirs.map(({ installation }) => plainClient(slack, installation.app));
  await Promise.all(clients.map((client) => client.start()));
  const { outcomes, answers } = await closingMinute(slack, [...ours, ...theirs]);
  await sockets.stop();
  await Promise.all(clients.map((client) => client.disconnect().catch(() => undefined)));
  await slack.stop();
  const [one, all, sdkOne, sdkAll] = outcomes;
  return [...replacedRows('plain SDK', one, sdkOne), ...closedRows('plain SDK', all, sdkAll, answers)];
}
