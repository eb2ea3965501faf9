import { access, constants, mkdtemp, open, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Config } from '../../config.js';
import { errorMessage } from '../../core/errors.js';
import { byteWords } from '../../core/words.js';
import { isShared, shownPlace, tryDatabase } from '../../storage/open.js';
import type { Finding } from './finding.js';

const STEP = 'journal';
const ABOUT = ['journal', 'room'] as const;
// errno(3): the disk, or what this user may have of it.
const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);

// As many synced writes as tell a slow disk from a moment's load.
const WRITES = 16;
const BLOCK = Buffer.alloc(4096, 1);
// Each event waits for about one such write before it is acknowledged, and Slack waits three seconds.
const SLOW_MS = 50;
const LITTLE_ROOM = 512 * 1024 ** 2;

// statfs(2): what keeps nothing over a restart, and what does not promise what SQLite's write-ahead log needs.
const IN_MEMORY: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);
const ON_A_NETWORK: ReadonlySet<number> = new Set([0x6969, 0xff534d42, 0xfe534d42, 0x517b]);

/** Whether the journal can be written where it is to be, and how long the disk takes to confirm that. */
export async function tryJournal({ journalUrl, journalPassword: password }: Config): Promise<Finding> {
  if (journalUrl === undefined)
    return {
      ...{
        step: STEP,
        verdict: 'failed',
        found: 'This user has no home directory, and no setting says where the journal is.',
      },
      advice: 'Set JOURNAL_URL to sqlite:<path>.',
    };
  if (isShared(journalUrl)) return tryPostgres(journalUrl, password);
  try {
    return await tryFolder(await existing(dirname(journalUrl)), journalUrl);
  } catch (error) {
    return unwritable(journalUrl, error);
  }
}

/** What a failed write means. */
export function unwritable(path: string, error: unknown): Finding {
  const common = { step: STEP, verdict: 'failed', about: ABOUT } as const;
  if (FULL.has((error as NodeJS.ErrnoException).code ?? ''))
    return {
      ...{ ...common, found: `${path} cannot be written: its disk is full.` },
      advice:
        'Free space on that disk. A program that runs then accepts events again by itself, without a restart.',
    };
  return {
    ...{ ...common, found: `${path} cannot be written: ${errorMessage(error)}.` },
    advice:
      'Set JOURNAL_URL to sqlite:<path> with a path that this user may write, or run this as the user of the program.',
  };
}

async function tryPostgres(url: string, password: string | undefined): Promise<Finding> {
  const place = shownPlace(url);
  try {
    const { answeredMs } = await tryDatabase({ url, password });
    return {
      ...{ step: STEP, verdict: 'ok' },
      found: `PostgreSQL at ${place} does not lose what it has confirmed; it answers in ${rounded(answeredMs)}.`,
    };
  } catch (error) {
    return {
      ...{
        step: STEP,
        verdict: 'failed',
        found: `The journal cannot be in ${place}: ${errorMessage(error)}`,
      },
      advice: 'Follow the reason; docs/replicas.md says which rights the role needs.',
    };
  }
}

async function tryFolder(folder: string, path: string): Promise<Finding> {
  const { type, bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const times = await timeWrites(folder);
  const [middle = 0, slowest = 0] = [times[WRITES / 2], times.at(-1)];
  const found = `${path}: ${byteWords(free)} are free, and a write is on the disk after ${rounded(middle)} (at most ${rounded(slowest)}).`;
  const advice = adviceFor(type, free, middle);
  return { step: STEP, verdict: advice === undefined ? 'ok' : 'warning', found, advice, about: ABOUT };
}

function adviceFor(type: number, free: number, middle: number): string | undefined {
  if (IN_MEMORY.has(type))
    return 'This is a file system in memory: a restart of the machine loses the events in the journal. Put it on a disk.';
  if (ON_A_NETWORK.has(type))
    return 'This is a network file system, which may lose or damage events that were written. Put the journal on a local disk.';
  if (free < LITTLE_ROOM) return 'Free space on the disk: when it is full, events are no longer accepted.';
  if (middle > SLOW_MS)
    return 'Every event waits for such a write before it is acknowledged. Put the journal on a faster disk, such as an SSD.';
  return undefined;
}

/** How long each of some writes took until the disk had it, in milliseconds, the shortest first. */
async function timeWrites(folder: string): Promise<number[]> {
  const own = await mkdtemp(join(folder, '.ak-slack-doctor-'));
  try {
    const file = await open(join(own, 'probe'), 'wx', 0o600);
    try {
      const times: number[] = [];
      for (let count = 0; count < WRITES; count += 1) {
        const began = performance.now();
        await file.write(BLOCK);
        await file.datasync();
        times.push(performance.now() - began);
      }
      return times.sort((left, right) => left - right);
    } finally {
      await file.close();
    }
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

/** The folder, or the one above it in which a start would make it. */
async function existing(folder: string): Promise<string> {
  try {
    await stat(folder);
    await access(folder, constants.W_OK);
    return folder;
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT' && dirname(folder) !== folder;
    if (!isMissing) throw error;
    return existing(dirname(folder));
  }
}

function rounded(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
