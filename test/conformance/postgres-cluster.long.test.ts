import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { prepareDatabase } from '../../src/storage/postgres/postgres-journal.js';
import { usePostgres } from '../helpers/use-postgres.js';
import { clusterRandomLife } from './cluster-random-life.js';
import { emptyJournal } from './empty-journal.js';

const LIVES = 3;

describe('a journal on PostgreSQL that two replicas share', () => {
  const postgres = usePostgres();

  beforeAll(() => prepareDatabase(postgres.server));

  beforeEach(() => postgres.admin.run(emptyJournal));

  const newSeed = (): number => Math.floor(Math.random() * 1e9);

  test('Two replicas lose nothing, and dispatch each event once and in order, through random lives', async () => {
    for (let life = 0; life < LIVES; life += 1) {
      const seed = newSeed();
      await postgres.admin.run(emptyJournal);
      expect(await clusterRandomLife(seed, postgres.server, postgres.admin), `with seed ${seed}`).toEqual([]);
    }
  });

  /** The fault is in the life with the first seed in which there is one. */
  async function firstFault(leftOut: { fencing?: boolean; adoption?: boolean }): Promise<string | undefined> {
    for (let life = 0; life < 5 * LIVES; life += 1) {
      await postgres.admin.run(emptyJournal);
      const [fault] = await clusterRandomLife(newSeed(), postgres.server, postgres.admin, leftOut);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  test('The random life finds an event that is dispatched twice when fenced replicas go on', async () => {
    expect(await firstFault({ fencing: true })).toMatch(/dispatched twice|at once|overtook/);
  });

  test('The random life finds an event that is not dispatched when claims whose answer was lost are not adopted', async () => {
    expect(await firstFault({ adoption: true })).toMatch(/was not dispatched/);
  });
});
