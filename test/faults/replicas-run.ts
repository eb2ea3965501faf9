import { join } from 'node:path';
import { errorMessage } from '../../src/core/errors.js';
import { seededRandom, type Random } from '../../src/core/random.js';
import type { SlackInstallation } from '../../src/sim/slack/directory/entities.js';
import { eventually } from '../helpers/eventually.js';
import { BRISK_DELIVERY } from '../world/policies.js';
import { sendTraffic } from './crash-peers.js';
import { readNotes, type Kill } from './crash-record.js';
import type { FaultReport } from './report.js';
import { judgeReplicas, type ReplicasVerdict } from './replicas-verdict.js';
import { Replicas, ReplicasWorld } from './replicas-world.js';

/** How many replicas share the journal. */
const REPLICAS = 3;
const SETTLES_WITHIN_MS = 180_000;
/** Slack has no more places for sockets of one app. */
const MOST_SOCKETS = 10;
/** A dead replica's rows are begun within this, if it was the only one. */
const TAKE_OVER_MS = 5_000;

/** What is done to replicas, and to what they share, in one run. */
export interface Scenario {
  /** Of each replica: what ends its processes, one after the other. */
  kills(seed: number, random: Random): readonly (readonly Kill[])[];
  readonly events: { readonly count: number; readonly pauseMs: number };
  /** What happens meanwhile; resolves when all of it is over. */
  meanwhile?(world: ReplicasWorld, random: Random, seed: number): Promise<void>;
  /** Everything has to be delivered so long after the last event was sent. Milliseconds. */
  readonly settlesWithinMs?: number;
  /** What the replicas do not do, to see that the series finds the fault. */
  readonly leftOut?: 'fencing' | 'adoption';
}

interface Run extends ReplicasVerdict {
  readonly mostSockets: number;
}

/** Runs the scenario for each seed, one after the other. */
export async function runReplicas(scenario: Scenario, seeds: readonly number[]): Promise<FaultReport> {
  const world = await ReplicasWorld.start(seeds[0] ?? 1);
  const runs: Run[] = [];
  const faults: string[] = [];
  try {
    for (const seed of seeds) {
      const run = await oneRun(world, scenario, seed).catch((error: unknown) => error as Error);
      if (run instanceof Error) faults.push(`seed ${seed}: ${run.message}`);
      else {
        runs.push(run);
        faults.push(...run.faults.map((fault) => `seed ${seed}: ${fault}`));
      }
    }
  } finally {
    await world.stop();
  }
  return {
    lines: [...linesOf(runs, seeds.length), ...faults],
    ok: faults.length === 0 && runs.length === seeds.length,
    isLate: !isKept(runs),
  };
}

function linesOf(runs: readonly Run[], asked: number): string[] {
  const sum = (of: (run: Run) => number): number => runs.reduce((total, run) => total + of(run), 0);
  const lost = sum(({ faults }) => faults.filter((fault) => fault.startsWith('lost:')).length);
  return [
    `runs: ${runs.length} of ${asked} came to their end, with ${REPLICAS} replicas each`,
    `kills: ${sum(({ kills }) => kills)}, pauses: ${sum(({ pauses }) => pauses)}`,
    `sent by Slack: ${sum(({ sent }) => sent)}, acknowledged: ${sum(({ acknowledged }) => acknowledged)}`,
    `acknowledged and not at the server: ${lost}`,
    `duplicates at the server: ${sum(({ duplicates }) => duplicates)} for a reason that the documents name`,
    `looked up because nobody knew how their dispatch had ended: ${sum(({ lookedUp }) => lookedUp)}`,
    `conversations in order: ${sum(({ conversations }) => conversations)}`,
    `most sockets of the app at once: ${Math.max(0, ...runs.map(({ mostSockets }) => mostSockets))}`,
    ...(runs.some(({ kills }) => kills > 0) ? takeOverLines(runs) : []),
  ];
}

function takeOverLines(runs: readonly Run[]): string[] {
  const worst = (times: readonly number[]): string =>
    times.length === 0 ? 'none' : `${(Math.max(...times) / 1000).toFixed(1)} s of ${times.length}`;
  const single = withOneKill(runs);
  return [
    `from a kill to the look at a row of the dead: at most ${worst(runs.flatMap(({ takeOverMs }) => takeOverMs))}`,
    `... of the ${single.length} runs with one kill: at most ${worst(single.flatMap(({ takeOverMs }) => takeOverMs))}` +
      `, which must be at most ${TAKE_OVER_MS / 1000} s: ${isKept(runs) ? 'kept' : 'NOT KEPT'}`,
    `... and to its next dispatch, or until it was found: at most ${worst(single.flatMap(({ goneOnMs }) => goneOnMs))}`,
  ];
}

function withOneKill(runs: readonly Run[]): readonly Run[] {
  return runs.filter(({ kills }) => kills === 1);
}

function isKept(runs: readonly Run[]): boolean {
  return withOneKill(runs).every(({ takeOverMs }) => Math.max(0, ...takeOverMs) <= TAKE_OVER_MS);
}

async function oneRun(world: ReplicasWorld, scenario: Scenario, seed: number): Promise<Run> {
  const random = seededRandom(seed);
  const { slack, server } = world.peers;
  await world.clean();
  const tenant = await world.peers.tenant(`Replicas ${seed}`);
  const { app } = tenant.installation;
  const watch = watchSockets(world, tenant.installation);
  const plan = { ...tenant.plan, limits: BRISK_DELIVERY, leftOut: scenario.leftOut };
  const replicas = new Replicas(world, await Replicas.folder(), plan, scenario.kills(seed, random), random);
  const over = new AbortController();
  try {
    await slack.waitForSockets(app, 2, SETTLES_WITHIN_MS);
    await world.untilStanding(REPLICAS, SETTLES_WITHIN_MS);
    if (server.standIn !== undefined) server.standIn.faults.delayMs = Math.floor(random() * 30);
    const { count, pauseMs } = scenario.events;
    const traffic = sendTraffic(slack, tenant.installation, count, random, over.signal, pauseMs);
    traffic.catch(() => undefined);
    await scenario.meanwhile?.(world, random, seed);
    const entries = await traffic;
    await eventually(
      async () => {
        replicas.check();
        return slack.ledger.pending === 0 && (await world.rows()).events === 0;
      },
      `everything settled in run ${seed}`,
      scenario.settlesWithinMs ?? SETTLES_WITHIN_MS,
    ).catch(async (error: unknown) => {
      const left = `${slack.ledger.pending} not acknowledged; in the journal: ${await world.waiting()}`;
      throw new Error(`${errorMessage(error)}: ${left}`, { cause: error });
    });
    const { dead } = await world.rows();
    await replicas.stop();
    const verdict = judgeReplicas(
      entries,
      await tenant.delivered(),
      readNotes(join(replicas.folder, 'notes')),
    );
    const more = [
      ...(dead === 0 ? [] : [`${dead} events were given up`]),
      ...(watch.most > MOST_SOCKETS ? [`${watch.most} sockets of the app at once`] : []),
    ];
    return { ...verdict, mostSockets: watch.most, faults: [...verdict.faults, ...more] };
  } finally {
    over.abort();
    watch.end();
    server.standIn?.faults.clear();
    await replicas.remove();
    await tenant.remove();
  }
}

/** The most sockets that the app had at Slack at once. */
function watchSockets({ peers: { slack } }: ReplicasWorld, { app }: SlackInstallation) {
  let most = 0;
  const end = slack.onSocketChange(() => {
    most = Math.max(most, slack.connections(app));
  });
  return {
    get most() {
      return most;
    },
    end,
  };
}
