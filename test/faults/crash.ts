import { Code } from '@connectrpc/connect';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom, type Random } from '../../src/core/random.js';
import type { StandIn } from '../../src/sim/autokitteh/stand-in.js';
import { eventually } from '../helpers/eventually.js';
import { BRISK_DELIVERY } from '../world/policies.js';
import { fateLines } from './crash-fate.js';
import { startCrashPeers, type CrashPeers, sendTraffic } from './crash-peers.js';
import { buildCrashChild, CrashProcesses, type CrashProcess } from './crash-process.js';
import { STEPS, readNotes, type Kill } from './crash-record.js';
import { type CrashVerdict, judge } from './crash-verdict.js';
import type { FaultReport, FaultSeries } from './report.js';

// Each with peers of its own.
const AT_ONCE = 2;
// The stand-in is done with a request at once, even if nobody waits for the answer any more.
const STAND_IN_RECOVERY_MS = 300;
const SETTLES_WITHIN_MS = 60_000;

/** Kills the process at every step of an event's way, on the server that the environment names, else on a stand-in. */
export const run: FaultSeries = async (seeds) => {
  const child = await buildCrashChild();
  const left = [...seeds];
  const verdicts: CrashVerdict[] = [];
  const faults: string[] = [];
  await Promise.all(
    Array.from({ length: Math.min(AT_ONCE, left.length) }, async (_, index) => {
      const peers = await startCrashPeers((seeds[0] ?? 1) + index);
      const processes = new CrashProcesses(child.file);
      try {
        for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
          const verdict = await crashRun(processes, peers, seed).catch((error: unknown) => error as Error);
          if (verdict instanceof Error) {
            faults.push(`seed ${seed}: ${verdict.message}`);
          } else {
            verdicts.push(verdict);
            faults.push(...verdict.faults.map((fault) => `seed ${seed}: ${fault}`));
          }
        }
      } finally {
        await processes.stop();
        await peers.stop();
      }
    }),
  );
  await child.remove();
  return report(verdicts, faults, seeds.length);
};

function report(verdicts: readonly CrashVerdict[], faults: readonly string[], runs: number): FaultReport {
  const sum = (of: (verdict: CrashVerdict) => number): number =>
    verdicts.reduce((total, verdict) => total + of(verdict), 0);
  const kills = verdicts.flatMap((verdict) => verdict.kills);
  const notFound = sum(({ duplicates }) => duplicates.notFound);
  const failed = sum(({ duplicates }) => duplicates.failed);
  const lost = faults.filter((fault) => fault.includes('lost:')).length;
  const lines = [
    `runs: ${verdicts.length} of ${runs} came to their end`,
    `kills: ${kills.length} (${STEPS.map((step) => `${step} ${kills.filter((each) => each === step).length}`).join(', ')})`,
    `of these, with the journal's checkpointing thread at work: ${sum(({ killsWithCheckpoints }) => killsWithCheckpoints)}`,
    ...fateLines(verdicts.map(({ fates }) => fates)),
    `acknowledged and not at the server: ${lost}`,
    `duplicates at the server: ${notFound + failed} explained (${failed} sent again after a failure that passes, ${notFound} in flight and not found)`,
    `recovered, unconfirmed: ${sum(({ recovered }) => recovered)}`,
    `conversations in order: ${sum(({ conversations }) => conversations)}`,
    ...faults,
  ];
  return { lines, ok: faults.length === 0 && verdicts.length === runs };
}

/** Events, and processes that are killed on the way, until one has delivered everything. */
async function crashRun(processes: CrashProcesses, peers: CrashPeers, seed: number): Promise<CrashVerdict> {
  const random = seededRandom(seed);
  const { slack, server } = peers;
  const folder = await mkdtemp(join(tmpdir(), 'crash-'));
  const tenant = await peers.tenant(`Crash ${seed}`);
  const limits =
    server.standIn === undefined
      ? BRISK_DELIVERY
      : { ...BRISK_DELIVERY, lookUpAfterMs: STAND_IN_RECOVERY_MS, recoveryDelayMs: STAND_IN_RECOVERY_MS };
  const count = 30 + Math.floor(random() * 31);
  const kills = killsOf(seed, count, random);
  slack.ledger.forgetSettled();
  // The steps repeat every ten seeds, so that each has its share of these runs.
  const checkpoints = seed % 3 === 0;
  const start = (kill?: Kill): CrashProcess =>
    processes.start({ ...tenant.plan, folder, limits, checkpoints, ...(kill === undefined ? {} : { kill }) });

  const over = new AbortController();
  let process = start(kills.shift());
  try {
    await slack.waitForSockets(tenant.installation.app, 1, SETTLES_WITHIN_MS);
    if (server.standIn !== undefined) spoil(server.standIn, random);
    const traffic = sendTraffic(slack, tenant.installation, count, random, over.signal);
    let isSent = false;
    void traffic.then(
      () => (isSent = true),
      () => undefined,
    );
    for (;;) {
      await eventually(
        async () => process.hasEnded || (await isSettled()),
        `everything settled in run ${seed}`,
        SETTLES_WITHIN_MS,
      );
      if (!process.hasEnded) break;
      const end = await process.ended;
      if (end !== 'SIGKILL') throw new Error(`a process of run ${seed} ended with ${String(end)}`);
      process = start(kills.shift());
    }
    const entries = await traffic;
    const living = new Set(slack.sockets(tenant.installation.app).map(({ id }) => id));
    await process.stop();
    return judge(entries, await tenant.delivered(), readNotes(join(folder, 'notes')), living);

    async function isSettled(): Promise<boolean> {
      return isSent && slack.ledger.pending === 0 && (await process.state())?.waiting === 0;
    }
  } finally {
    over.abort();
    server.standIn?.faults.clear();
    await process.kill();
    await tenant.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The first step by the seed, so that all have the same share; one run in four has a second kill. */
function killsOf(seed: number, count: number, random: Random): Kill[] {
  const graceMs = random() * 3;
  const first = STEPS[seed % STEPS.length]!;
  const kills = [{ step: first, nth: 1 + Math.floor(random() * count * 0.6), graceMs }];
  if (random() < 0.25)
    kills.push({
      step: STEPS[Math.floor(random() * STEPS.length)]!,
      nth: 1 + Math.floor(random() * 4),
      graceMs,
    });
  return kills;
}

/** A server that is slow, or fails now and then in a way that passes, after it has stored the event or before. */
function spoil({ faults }: StandIn, random: Random): void {
  faults.delayMs = Math.floor(random() * 30);
  const times = 1 + Math.floor(random() * 3);
  const trouble = random();
  if (trouble < 0.2) faults.loseAnswers('/Dispatch', times);
  else if (trouble < 0.4)
    faults.refuse(
      {
        method: '/Dispatch',
        code: Code.InvalidArgument,
        words: 'failed starting workflow: context deadline exceeded',
      },
      times,
    );
}
