import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scaledClock, sleep } from '../../src/core/clock.js';
import { seededRandom } from '../../src/core/random.js';
import { DEFAULT_MAX_BYTES, openSqliteJournal } from '../../src/storage/sqlite/open-sqlite-journal.js';
import { eventually } from '../helpers/eventually.js';
import { startCrashPeers, type CrashPeers } from './crash-peers.js';
import { sendTraffic } from './crash-traffic.js';
import { faultsOf, openPath } from './outage-path.js';
import type { FaultSeries } from './report.js';
import { acceptedOf } from './sent-event.js';

// Ten minutes of delivery's time in six seconds of real time; Slack and the server have the real one.
const SPEED = 100;
const OUTAGE_MS = 600_000;
const EVENTS_AT_A_TIME = 25;
const PAUSE_MS = 15_000;
const DRAINED_WITHIN_MS = 60_000;

interface Outage {
  readonly seed: number;
  readonly acknowledged: number;
  readonly mostWaiting: number;
  readonly retries: number;
  readonly faults: readonly string[];
}

/** The server is away for ten minutes, half of them gone and half without Temporal, while Slack goes on sending. */
export const run: FaultSeries = async (seeds) => {
  const peers = await startCrashPeers(seeds[0] ?? 1);
  const outages: Outage[] = [];
  try {
    for (const seed of seeds) outages.push(await outage(peers, seed));
  } finally {
    await peers.stop();
  }
  const sum = (of: (outage: Outage) => number): number =>
    outages.reduce((total, each) => total + of(each), 0);
  const faults = outages.flatMap((each) => each.faults.map((fault) => `seed ${each.seed}: ${fault}`));
  return {
    lines: [
      `outages of ten minutes: ${outages.length}`,
      `acknowledged: ${sum((each) => each.acknowledged)}`,
      `most that waited: ${Math.max(...outages.map((each) => each.mostWaiting))}`,
      `dispatches that failed: ${sum((each) => each.retries)}`,
      `lost, given up, or out of order: ${faults.length}`,
      ...faults,
    ],
    ok: faults.length === 0,
  };
};

async function outage(peers: CrashPeers, seed: number): Promise<Outage> {
  const { slack } = peers;
  const { standIn } = peers.server;
  if (standIn === undefined) throw new Error('a real server cannot be sent away: unset AUTOKITTEH_URL');
  const folder = await mkdtemp(join(tmpdir(), 'outage-'));
  const clock = scaledClock(SPEED);
  const random = seededRandom(seed);
  const subject = await peers.tenant(`Outage ${seed}`);
  const journal = await openSqliteJournal({ path: join(folder, 'journal.db'), maxBytes: DEFAULT_MAX_BYTES });
  const path = await openPath(subject, journal, seed, clock, { dispatchMs: 30_000 * SPEED });
  const entries: Awaited<ReturnType<typeof sendTraffic>> = [];
  let mostWaiting = 0;
  const traffic = async (): Promise<void> => {
    const { signal } = new AbortController();
    entries.push(...(await sendTraffic(slack, subject.installation, EVENTS_AT_A_TIME, random, signal)));
    mostWaiting = Math.max(mostWaiting, (await path.delivery.stats()).waiting);
    await sleep(clock, PAUSE_MS);
  };
  const trafficUntil = async (end: number): Promise<void> => {
    while (clock.now() < end) await traffic();
  };
  try {
    await slack.waitForSockets(subject.installation.app, 1, DRAINED_WITHIN_MS);
    await traffic();
    const start = clock.now();
    await standIn.goDown();
    await trafficUntil(start + OUTAGE_MS / 2);
    await standIn.comeUp();
    standIn.faults.temporalDown = true;
    await trafficUntil(start + OUTAGE_MS);
    standIn.faults.clear();
    await eventually(
      async () => slack.ledger.pending === 0 && (await path.delivery.stats()).waiting === 0,
      'the backlog is drained',
      DRAINED_WITHIN_MS,
    );
    const faults = faultsOf(path);
    const taken = new Set([...path.written.values()].flat());
    for (const entry of entries) {
      const key = acceptedOf(entry)?.key ?? '';
      if (entry.state !== 'acknowledged') faults.push(`not acknowledged: ${entry.type} ${key}`);
      else if (!taken.has(key)) faults.push(`acknowledged, but not written: ${entry.type} ${key}`);
    }
    const { dead } = await path.delivery.stats();
    if (dead > 0) faults.push(`${dead} events were given up`);
    return {
      seed,
      acknowledged: entries.length,
      mostWaiting,
      retries: path.dispatched.filter(({ outcome: end }) => end !== 'delivered').length,
      faults,
    };
  } finally {
    standIn.faults.clear();
    await path.stop();
    await rm(folder, { recursive: true });
  }
}
