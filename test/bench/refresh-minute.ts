import { pino } from 'pino';

import { systemClock } from '../../src/core/clock.js';
import { seededRandom } from '../../src/core/random.js';
import type { SlackInstallation } from '../../src/sim/slack/directory/entities.js';
import { startScriptedSlack, type ScriptedSlack } from '../../src/sim/slack/scripted-slack.js';
import { createSlackSockets } from '../../src/slack/sockets.js';
import type { Row } from './bench.js';
import { count, deafness, plainAnswer, plainClient, sendSteadily, type Count } from './refresh-traffic.js';

const MINUTE_MS = 60_000;
const EVERY_MS = 10_000;
const EVENTS_PER_SECOND = 5;
/** How long Slack takes to answer a call for a URL, before what the machine adds to that. */
const ANSWER_MS = 100;
/** What ours may add to what a plain call for a URL takes that is made in the same moment. */
const MARGIN_MS = 250;
/** A socket that has been live for so long has succeeded; all contestants begin like that. */
const SETTLED_MS = 6_000;

interface Contestant {
  readonly installation: SlackInstallation;
  /** Slack replaces one socket, or closes all of them. */
  readonly all: boolean;
  /** A plain call for a URL is made beside each of its closings. */
  readonly isMeasured: boolean;
}

interface Outcome extends Count {
  readonly gaps: readonly number[];
}

interface Minute {
  readonly outcomes: readonly Outcome[];
  /** What a plain call for a URL took at each of the closings, milliseconds. */
  readonly answers: readonly number[];
}

/** Real time, the settings as they are delivered: for a minute Slack replaces one socket, or closes all, every 10 s. */
export async function refreshMinute(): Promise<readonly Row[]> {
  const slack = await startScriptedSlack();
  slack.faults.api('apps.connections.open', { t: 'slow', delay: ANSWER_MS }, { times: Infinity });
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
  await pause(SETTLED_MS);
  const bystander = slack.addApp('Bystander');
  const over = await minute(slack, [...ours, ...theirs], () =>
    plainAnswer(slack, bystander.createAppToken()),
  );
  await sockets.stop();
  await Promise.all(clients.map((client) => client.disconnect().catch(() => undefined)));
  await slack.stop();
  return rows(over);
}

async function minute(
  slack: ScriptedSlack,
  all: readonly Contestant[],
  ask: () => Promise<number>,
): Promise<Minute> {
  const answers: Promise<number>[] = [];
  const deaf = all.map(({ installation }) => deafness(slack, installation.app));
  const traffic = sendSteadily(
    slack,
    all.map(({ installation }) => installation),
    EVENTS_PER_SECOND,
  );
  for (let at = 0; at < MINUTE_MS; at += EVERY_MS) {
    // One after the other, so that none has to wait for what the others' sockets make this process do.
    for (const contestant of all) {
      await pause(EVERY_MS / all.length);
      const open = slack.sockets(contestant.installation.app);
      if (contestant.isMeasured) answers.push(ask());
      if (contestant.all) for (const socket of open) socket.close(1001);
      else open[0]?.refresh();
    }
  }
  await pause(EVERY_MS / 2);
  const sent = traffic.stop();
  const gaps = deaf.map((each) => each.stop());
  // Slack's 3 s for what was sent last.
  await pause(3_500);
  return {
    outcomes: all.map(({ installation }, n) => ({ ...count(sent, installation.app), gaps: gaps[n] ?? [] })),
    answers: await Promise.all(answers),
  };
}

function rows({ outcomes: [one, all, sdkOne, sdkAll], answers }: Minute): readonly Row[] {
  if (one === undefined || all === undefined || sdkOne === undefined || sdkAll === undefined) return [];
  const beyond = all.gaps.map((gap, n) => gap - (answers[n] ?? 0));
  return [
    {
      figure: `one socket replaced every 10 s for a minute: of ${one.sent} payloads, found no socket`,
      value: `${one.unrouted}`,
      peer: `${sdkOne.unrouted} of ${sdkOne.sent} (plain SDK)`,
      limit: '0',
      ok: one.unrouted === 0 && one.sent > 0,
    },
    {
      figure: `all sockets closed every 10 s for a minute: longest of ${all.gaps.length} times without one`,
      value: ms(all.gaps),
      peer: `${ms(sdkAll.gaps)}, ${sdkAll.gaps.length} times (plain SDK)`,
    },
    {
      figure: '... beyond what a plain call for a URL took in the same moment',
      value: ms(beyond),
      peer: `${ms(answers)}, the longest of these calls (Slack waits ${ANSWER_MS} ms)`,
      limit: `<= ${MARGIN_MS} ms`,
      ok: beyond.length === MINUTE_MS / EVERY_MS && Math.max(...beyond) <= MARGIN_MS,
    },
    {
      figure: `... of ${all.sent} payloads, found no socket`,
      value: `${all.unrouted}`,
      peer: `${sdkAll.unrouted} of ${sdkAll.sent} (plain SDK)`,
    },
  ];
}

function ms(gaps: readonly number[]): string {
  return `${Math.max(0, ...gaps).toFixed(0)} ms`;
}

function pause(delay: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delay));
}
