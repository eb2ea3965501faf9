import { openInThread } from '../../conformance/in-thread-journal.js';
import { claimRequest, row } from '../../conformance/rows.js';

/** A journal of so many events, of which the first was given up and the others wait. */
export async function makeJournal(path: string, rows = 3): Promise<void> {
  const journal = await openInThread(path);
  await journal.append(
    Array.from({ length: rows }, (_, n) => row({ key: `k${n}`, conversation: `C${n}`, body: `{"n":${n}}` })),
  );
  const { rows: claimed } = await journal.claim('me', 2000, [claimRequest({ limit: 1 })]);
  await journal.settle('me', 2000, [{ t: 'dead', id: claimed[0]!.id, reason: 'refused' }]);
  await journal.close();
}

/** The keys of the events that wait in a journal. */
export async function waitingKeys(path: string): Promise<string[]> {
  const journal = await openInThread(path);
  const { rows } = await journal.claim('me', Number.MAX_SAFE_INTEGER, [claimRequest({ limit: 10_000 })]);
  await journal.close();
  return rows.map(({ key }) => key).sort();
}
