import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../../src/core/random.js';
import type { Database } from '../../src/storage/sqlite/driver.js';
import { openInThread } from '../conformance/in-thread-journal.js';
import { eventually } from '../helpers/eventually.js';
import { startCrashPeers, type CrashPeers, sendTraffic } from './crash-peers.js';
import { faultsOf, openPath } from './disk-path.js';
import type { FaultSeries } from './report.js';
import { acceptedOf } from './sent-event.js';

const EVENTS_BEFORE = 20;
const EVENTS_WHILE_FULL = 40;
const SETTLES_WITHIN_MS = 30_000;

interface FullDisk {
  readonly seed: number;
  readonly refused: number;
  readonly told: number;
  readonly afterwards: number;
  readonly faults: readonly string[];
}

/** The disk fills up under load, and is made room on: nothing that was acknowledged is lost, and nothing breaks. */
export const run: FaultSeries = async (seeds) => {
  const peers = await startCrashPeers(seeds[0] ?? 1);
  const results: FullDisk[] = [];
  try {
    for (const seed of seeds) results.push(await fullDisk(peers, seed));
  } finally {
    await peers.stop();
  }
  const sum = (of: (result: FullDisk) => number): number =>
    results.reduce((total, each) => total + of(each), 0);
  const faults = results.flatMap((each) => each.faults.map((fault) => `seed ${each.seed}: ${fault}`));
  return {
    lines: [
      `full disks: ${results.length}`,
      `attempts that were not taken: ${sum((each) => each.refused)}`,
      `slash commands that were told so: ${sum((each) => each.told)}`,
      `events that were taken when Slack sent them again: ${sum((each) => each.afterwards)}`,
      `lost, or not as it should be: ${faults.length}`,
      ...faults,
    ],
    ok: faults.length === 0,
  };
};

async function fullDisk(peers: CrashPeers, seed: number): Promise<FullDisk> {
  const { slack } = peers;
  const folder = await mkdtemp(join(tmpdir(), 'disk-'));
  const random = seededRandom(seed);
  const subject = await peers.tenant(`Disk ${seed}`);
  const files: Database[] = [];
  const journal = await openInThread(join(folder, 'journal.db'), undefined, (file) => files.push(file));
  const quota = (pages: number): void => {
    for (const file of files) file.exec(`PRAGMA max_page_count = ${pages}`);
  };
  const path = await openPath(subject, journal, seed, { journalRetryMs: 100 });
  const rejected: string[] = [];
  const told: string[] = [];
  path.delivery.events.subscribe((event) => {
    if (event.t === 'rejected') rejected.push(event.kind);
    if (event.t === 'journal_failing' || event.t === 'journal_writable') told.push(event.t);
  });
  const { signal } = new AbortController();
  const send = (count: number): ReturnType<typeof sendTraffic> =>
    sendTraffic(slack, subject.installation, count, random, signal);
  try {
    await slack.waitForSockets(subject.installation.app, 1, SETTLES_WITHIN_MS);
    const entries = await send(EVENTS_BEFORE);
    // SQLite sets it to what is in use, if that is more.
    quota(1);
    entries.push(...(await send(EVENTS_WHILE_FULL)));
    await eventually(
      () => rejected.length > 0 && path.delivery.stats().then(({ journalFailing }) => journalFailing),
      'the status says so',
      SETTLES_WITHIN_MS,
    );
    quota(1_000_000);
    await eventually(
      async () => {
        const { waiting, journalFailing } = await path.delivery.stats();
        return slack.ledger.pending === 0 && waiting === 0 && journalFailing === undefined;
      },
      'everything settled',
      SETTLES_WITHIN_MS,
    );
    const faults = faultsOf(path);
    const taken = new Set([...path.written.values()].flat());
    let refusals = 0;
    let afterwards = 0;
    for (const entry of entries) {
      const key = acceptedOf(entry)?.key ?? '';
      const wasRefused = isRefusal(entry.attempts.at(-1)?.acknowledgements[0]?.payload);
      if (wasRefused) refusals += 1;
      if (entry.state === 'acknowledged' && !wasRefused && !taken.has(key))
        faults.push(`acknowledged, but not written: ${entry.type} ${key}`);
      if (entry.kind === 'events_api' && entry.state !== 'acknowledged')
        faults.push(`never taken: ${entry.type} ${key}`);
      if (entry.kind === 'slash_commands' && !taken.has(key) && !wasRefused)
        faults.push(`a command that was not taken was not answered: ${key}`);
      if (entry.kind === 'events_api' && entry.attempts.length > 1) afterwards += 1;
    }
    if (!told.includes('journal_failing') || told.at(-1) !== 'journal_writable')
      faults.push(`told of the journal: ${told.join(' ')}`);
    return { seed, refused: rejected.length, told: refusals, afterwards, faults };
  } finally {
    quota(1_000_000);
    await path.stop();
    await subject.remove();
    await rm(folder, { recursive: true });
  }
}

function isRefusal(payload: unknown): boolean {
  return JSON.stringify(payload ?? null).includes('could not be processed');
}
