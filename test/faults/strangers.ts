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
/** Of what strangers send, the frames; with more of the largest, the server's stand-in would be what is measured. */
const FRAMES_SHARE = 0.05;
const TENTHS = 10;
const ATTACK = new URL('strangers-attack.ts', import.meta.url).pathname;

/** When memory is compared: after two attacks of the same kinds, the first a tenth of what is asked for, in the same time without one. */
export interface Comparison {
  /** Requests and frames of another seed, after which the program has the room that it works in. */
  readonly warmUp: number;
  readonly quietMs: number;
}

const COMPARISON: Comparison = { warmUp: 10_000, quietMs: 60_000 };
// No seed that anybody asks for.
const WARM_UP_SEED = 100_000;

/** Bad requests on all ports and bad frames on the sockets, while good events flow. */
export const run: FaultSeries = async (seeds, { requests = REQUESTS } = {}) => {
  const reports: FaultReport[] = [];
  for (const seed of seeds) reports.push(await runOnce(seed, requests, COMPARISON));
  return { lines: reports.flatMap(({ lines }) => lines), ok: reports.every(({ ok }) => ok) };
};

/** Without a comparison only the peak of memory counts. */
export async function runOnce(seed: number, requests: number, comparison?: Comparison): Promise<FaultReport> {
  const world = await startStrangersWorld(seed);
  try {
    const { program } = world;
    const delay = monitorEventLoopDelay();
    delay.enable();
    const variables = await world.variables();
    const traffic = new Traffic(world);
    const cold = await program.memory('VmRSS');
    const settled = async (): Promise<number> => {
      await sleep(systemClock, comparison?.quietMs ?? 0);
      return program.memory('VmRSS');
    };
    if (comparison !== undefined)
      await attack(world, traffic, { seed: seed + WARM_UP_SEED, requests: comparison.warmUp });
    const before = await settled();
    const began = performance.now();
    const { outcomes, unconnected, tenths } = await attack(world, traffic, { seed, requests });
    const seconds = (performance.now() - began) / 1_000;
    const after = comparison === undefined || program.exit !== undefined ? undefined : await settled();
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
      `seed ${seed}: ${requests} requests and frames in ${seconds.toFixed(0)} s, of which ${Math.round(requests * FRAMES_SHARE)} frames (${(requests / seconds).toFixed(0)}/s); ${unconnected} connections were tried again`,
      ...figures(record, delay.max / 1e6, program.lines),
      `resident memory at the start ${mib(cold)}; at each tenth of the attack ${tenths.map((each) => each.toFixed(0)).join(', ')} MiB`,
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

interface Attack {
  readonly outcomes: Outcomes;
  readonly unconnected: number;
  /** MiB resident at each tenth: what leaks grows from each to the next. */
  readonly tenths: readonly number[];
}

/** Requests come from a process of their own; frames keep step with them. */
async function attack(
  { target, program }: StrangersWorld,
  traffic: Traffic,
  { seed, requests }: { readonly seed: number; readonly requests: number },
): Promise<Attack> {
  const frames = Math.round(requests * FRAMES_SHARE);
  const sent = traffic.frames;
  const random = seededRandom(seed + 1);
  const child = fork(ATTACK, { execArgv: ['--import', 'tsx'] });
  const exited = once(child, 'exit');
  const samples: Promise<number>[] = [];
  let last: AttackNews | undefined;
  child.on('message', (news: AttackNews) => {
    last = news;
    const share = news.done / (requests - frames);
    while (traffic.frames - sent < Math.floor(share * frames)) traffic.bad(badFrame(random));
    if (share * TENTHS >= samples.length + 1) samples.push(program.memory('VmRSS'));
    if (program.exit !== undefined) child.kill();
  });
  child.send({ seed, requests: requests - frames, target } satisfies AttackPlan);
  await exited;
  if (last?.outcomes === undefined && program.exit === undefined)
    throw new Error('the process that sends the requests ended before it had sent all');
  return {
    outcomes: last?.outcomes ?? {},
    unconnected: last?.unconnected ?? 0,
    tenths: await Promise.all(samples),
  };
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
