import { buildCrashChild } from './crash-build.js';
import { startCrashPeers } from './crash-peers.js';
import { CrashProcesses } from './crash-process.js';
import { crashRun } from './crash-run.js';
import { fateLines } from './crash-fate-lines.js';
import { STEPS } from './crash-step.js';
import type { CrashVerdict } from './crash-verdict.js';
import type { FaultReport, FaultSeries } from './report.js';

// Each with peers of its own.
const AT_ONCE = 2;

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
