import { fork } from 'node:child_process';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { loadavg } from 'node:os';
import { sleep, systemClock } from '../../src/core/clock.js';
import { seededRandom } from '../../src/core/random.js';
import type { FaultReport, FaultSeries } from './report.js';
import type { AttackNews, AttackPlan, Outcomes } from './strangers-attack.js';
import { badFrame } from './strangers-frames.js';
import { EVENTS_PER_SECOND, Traffic } from './strangers-traffic.js';
import { brokenRules, type StrangersRecord } from './strangers-verdict.js';
import { startStrangersWorld, type StrangersWorld } from './strangers-world.js';

const REQUESTS = 100_000;
/** Of what strangers send, the frames. */
const FRAMES_SHARE = 0.1;
const ATTACK = new URL('strangers-attack.ts', import.meta.url).pathname;

/** How long events flow alone before and after, which is when memory is compared. */
export interface Quiet {
  readonly beforeMs: number;
  /** Undefined: memory is not compared. */
  readonly afterMs: number | undefined;
}

const QUIET: Quiet = { beforeMs: 30_000, afterMs: 60_000 };

/** Bad requests on all ports and bad frames on the sockets, while good events flow. */
export const run: FaultSeries = async (seeds, { requests = REQUESTS } = {}) => {
  const reports: FaultReport[] = [];
  for (const seed of seeds) reports.push(await runOnce(seed, requests, QUIET));
  return { lines: reports.flatMap(({ lines }) => lines), ok: reports.every(({ ok }) => ok) };
};

export async function runOnce(seed: number, requests: number, quiet: Quiet): Promise<FaultReport> {
  const world = await startStrangersWorld(seed);
  try {
    const { program } = world;
    const delay = monitorEventLoopDelay();
    delay.enable();
    const variables = await world.variables();
    const traffic = new Traffic(world);
    await sleep(systemClock, quiet.beforeMs);
    const before = await program.memory('VmRSS');
    const began = performance.now();
    const outcomes = await attack(world, traffic, { seed, requests });
    const seconds = (performance.now() - began) / 1_000;
    if (quiet.afterMs !== undefined && program.exit === undefined) await sleep(systemClock, quiet.afterMs);
    const after = quiet.afterMs === undefined ? undefined : await program.memory('VmRSS');
    await traffic.end();
    delay.disable();
    const answering = { gateway: await answers(`${world.urls.gateway}/slack/assets/page.js`) };
    const record: StrangersRecord = {
      events: traffic.account,
      exit: program.exit,
      countedFaults: await world.metric('ak_slack_process_faults_total').catch(() => NaN),
      memory: { before, after, peak: await program.memory('VmHWM') },
      changed: difference(variables, await world.variables()),
      answering: { ...answering, plugin: await answers(`${world.urls.plugin}/readyz`) },
      exceptions: program.exceptions,
      secrets: program.secrets,
      stopped: await program.stop(),
    };
    const broken = brokenRules(record);
    const lines = [
      `seed ${seed}: ${requests} requests and frames in ${seconds.toFixed(0)} s, of which ${traffic.frames} frames`,
      ...figures(record, delay.max / 1e6, program.lines),
      '',
      ...table(outcomes),
      '',
      ...record.exceptions,
      ...broken.map((sentence) => `seed ${seed}: ${sentence}`),
    ];
    return { lines, ok: broken.length === 0 };
  } finally {
    await world.stop();
  }
}

/** Requests come from a process of their own; frames keep step with them. */
async function attack(
  { target, program }: StrangersWorld,
  traffic: Traffic,
  { seed, requests }: { readonly seed: number; readonly requests: number },
): Promise<Outcomes> {
  const frames = Math.round(requests * FRAMES_SHARE);
  const random = seededRandom(seed + 1);
  const child = fork(ATTACK, { execArgv: ['--import', 'tsx'] });
  const exited = once(child, 'exit');
  let outcomes: Outcomes | undefined;
  child.on('message', (news: AttackNews) => {
    outcomes = news.outcomes;
    const due = Math.floor((news.done / (requests - frames)) * frames);
    while (traffic.frames < due) traffic.bad(badFrame(random));
    if (program.exit !== undefined) child.kill();
  });
  child.send({ seed, requests: requests - frames, target } satisfies AttackPlan);
  await exited;
  if (outcomes === undefined && program.exit === undefined)
    throw new Error('the process that sends the requests ended before it had sent all');
  return outcomes ?? {};
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}

function difference(before: readonly string[], after: readonly string[]): string[] {
  const both = new Set(before.filter((each) => after.includes(each)));
  return [...before, ...after].filter((each) => !both.has(each));
}

function figures(
  { events, memory }: StrangersRecord,
  stalledMs: number,
  logged: ReadonlyMap<string, number>,
): string[] {
  const { sent, lost, late, unsettled, twice } = events.counts;
  return [
    `events (${EVENTS_PER_SECOND}/s, and odd ones): ${sent} sent, ${lost} lost, ${late} late, ${unsettled} pending, ${events.missing.length} not at the server, ${twice} twice; slowest acknowledgement ${events.slowest} ms`,
    `resident memory: ${mib(memory.before)} before, ${mib(memory.peak)} at the most, ${mib(memory.after)} after`,
    `log lines by level: ${[...logged].map(([level, count]) => `${level} ${count}`).join(', ')}`,
    `load of the machine ${loadavg()[0]?.toFixed(1) ?? ''}; this process stood still for up to ${stalledMs.toFixed(0)} ms`,
  ];
}

function mib(value: number | undefined): string {
  return value === undefined ? 'not measured' : `${value.toFixed(1)} MiB`;
}

function table(outcomes: Outcomes): string[] {
  return Object.entries(outcomes)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([kind, counts]) => {
      const all = Object.entries(counts).toSorted(([left], [right]) => (left < right ? -1 : 1));
      return `${kind.padEnd(24)} ${all.map(([outcome, count]) => `${outcome}: ${count}`).join(', ')}`;
    });
}
