import { afterEach, beforeEach } from 'vitest';
import type { ClaimRequest, JournalDatabase } from '../../src/storage/journal.js';
import type { Appended } from '../../src/storage/rows.js';
import { claimRequest } from './rows.js';

/** An engine under test: each call of `open` goes to the same stored data. */
export interface EngineUnderTest {
  open(): Promise<JournalDatabase>;
  dispose(): Promise<void>;
}

/** An engine and its journal for each test of a group, with what most tests do with it. */
export function useJournal(make: () => Promise<EngineUnderTest>) {
  let engine: EngineUnderTest;
  let journal: JournalDatabase;

  beforeEach(async () => {
    engine = await make();
    journal = await engine.open();
  });

  afterEach(async () => {
    await journal.close();
    await engine.dispose();
  });

  return {
    get engine(): EngineUnderTest {
      return engine;
    },
    get journal(): JournalDatabase {
      return journal;
    },
    reopen: async (): Promise<void> => {
      await journal.close();
      journal = await engine.open();
    },
    claimKeys: async (now = 2000, ...requests: ClaimRequest[]): Promise<string[]> => {
      const { rows } = await journal.claim('me', now, requests.length === 0 ? [claimRequest()] : requests);
      return rows.map((each) => each.key);
    },
    claimOne: async (now = 2000): Promise<number> => {
      const { rows } = await journal.claim('me', now, [claimRequest({ limit: 1 })]);
      return rows[0]!.id;
    },
    idOf: (appended: Appended | undefined): number | undefined =>
      typeof appended === 'object' ? appended.claimed : undefined,
    deliver: (id: number, now = 3000) =>
      journal.settle('me', now, [{ t: 'delivered', id, eventId: 'evt_1', recovered: false }]),
    bury: (id: number, now = 3000) => journal.settle('me', now, [{ t: 'dead', id, reason: 'too large' }]),
  };
}
