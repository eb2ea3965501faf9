import type { Dispatcher } from 'undici';

import type { SlackInstallation } from '../../src/sim/slack/directory/entities.js';
import type { Frame } from '../../src/sim/slack/frames/draft.js';
import type { ScriptedSlack } from '../../src/sim/slack/scripted-slack.js';
import type { Row } from './bench.js';
import { count, deafness, plainAnswer, sendSteadily, type Count } from './refresh-traffic.js';

const MINUTE_MS = 60_000;
const EVERY_MS = 10_000;
const EVENTS_PER_SECOND = 5;
/** How long Slack takes to answer a call for a URL, before what the machine adds to that. */
const ANSWER_MS = 100;
/** What ours may add to what a plain call for a URL takes that is made in the same moment. */
const MARGIN_MS = 250;
/** A socket that has been live for so long has succeeded; all contestants begin like that. */
const SETTLED_MS = 6_000;

/** An app whose sockets Slack ends. */
export interface Contestant {
  readonly installation: SlackInstallation;
  /** Slack replaces one socket, or closes all of them. */
  readonly all: boolean;
  /** A plain call for a URL is made beside each of its closings. */
  readonly isMeasured: boolean;
}

interface Outcome extends Count {
  /** The times in which the app had no socket, milliseconds each. */
  readonly gaps: readonly number[];
}

interface MinuteOptions {
  /** As for `sendSteadily`. */
  readonly frameOf?: (round: number) => Frame;
  /** A new way to Slack for each plain call, if it cannot be reached directly. */
  readonly way?: () => Dispatcher;
}

interface Minute {
  /** In the order of the contestants. */
  readonly outcomes: readonly Outcome[];
  /** What a plain call for a URL took at each of the measured closings, milliseconds. */
  readonly answers: readonly number[];
}

/**
 * Real time: for a minute Slack replaces one socket of each contestant, or closes all, every 10 s, while five frames a
 * second come. The contestants' sockets are open.
 */
export async function closingMinute(
  slack: ScriptedSlack,
  all: readonly Contestant[],
  { frameOf, way }: MinuteOptions = {},
): Promise<Minute> {
  slack.faults.api('apps.connections.open', { t: 'slow', delay: ANSWER_MS }, { times: Infinity });
  const bystander = slack.addApp('Bystander').createAppToken();
  await pause(SETTLED_MS);
  const answers: Promise<number>[] = [];
  const deaf = all.map(({ installation }) => deafness(slack, installation.app));
  const installations = all.map(({ installation }) => installation);
  const traffic = sendSteadily(slack, installations, EVENTS_PER_SECOND, frameOf);
  for (let at = 0; at < MINUTE_MS; at += EVERY_MS) {
    // One after the other, so that none has to wait for what the others' sockets make this process do.
    for (const contestant of all) {
      await pause(EVERY_MS / all.length);
      const open = slack.sockets(contestant.installation.app);
      if (contestant.isMeasured) answers.push(plainAnswer(slack, bystander, way?.()));
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

/** What there is to say where one socket was replaced every 10 s, of ours and of a peer that `name` names. */
export function replacedRows(name: string, ours: Outcome | undefined, theirs: Outcome | undefined): Row[] {
  if (ours === undefined || theirs === undefined) return [];
  return [
    {
      figure: `one socket replaced every 10 s for a minute: of ${ours.sent} payloads, found no socket`,
      value: `${ours.unrouted}`,
      peer: `${theirs.unrouted} of ${theirs.sent} (${name})`,
      limit: '0',
      ok: ours.unrouted === 0 && ours.sent > 0,
    },
  ];
}

/** The same where all sockets were closed; `answers` are those that were measured beside ours. */
export function closedRows(
  name: string,
  ours: Outcome | undefined,
  theirs: Outcome | undefined,
  answers: readonly number[],
): Row[] {
  if (ours === undefined || theirs === undefined) return [];
  const beyond = ours.gaps.map((gap, n) => gap - (answers[n] ?? 0));
  return [
    {
      figure: `all sockets closed every 10 s for a minute: longest of ${ours.gaps.length} times without one`,
      value: ms(ours.gaps),
      peer: `${ms(theirs.gaps)}, ${theirs.gaps.length} times (${name})`,
    },
    {
      figure: '... beyond what a plain call for a URL took in the same moment',
      value: ms(beyond),
      peer: `${ms(answers)}, the longest of these calls (Slack waits ${ANSWER_MS} ms)`,
      limit: `<= ${MARGIN_MS} ms`,
      ok: beyond.length === MINUTE_MS / EVERY_MS && Math.max(...beyond) <= MARGIN_MS,
    },
    {
      figure: `... of ${ours.sent} payloads, found no socket`,
      value: `${ours.unrouted}`,
      peer: `${theirs.unrouted} of ${theirs.sent} (${name})`,
    },
  ];
}

function ms(gaps: readonly number[]): string {
  return `${Math.max(0, ...gaps).toFixed(0)} ms`;
}

function pause(delay: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delay));
}
