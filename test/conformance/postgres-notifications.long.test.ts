import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/core/clock.js';
import { Line } from '../../src/storage/postgres/line.js';
import { PostgresNotifications } from '../../src/storage/postgres/notifications.js';
import { prepareDatabase } from '../../src/storage/postgres/postgres-journal.js';
import { eventually } from '../helpers/eventually.js';
import { usePostgres } from '../helpers/use-postgres.js';
import { emptyJournal } from './empty-journal.js';

describe('the notifications of replicas on PostgreSQL', () => {
  const postgres = usePostgres();
  let ended: (() => Promise<void>)[] = [];

  beforeAll(() => prepareDatabase(postgres.server));

  beforeEach(() => postgres.admin.run(emptyJournal));

  afterEach(async () => {
    for (const end of ended.splice(0)) await end();
    ended = [];
  });

  /** A replica of three, which learns as `learn` does. */
  function replica(name: string, learn: (connectionId?: string) => Promise<void>): PostgresNotifications {
    const line = new Line({ url: postgres.server.url, applicationName: name, statementMs: 10_000 });
    const members = ['one', 'two', 'three'].map((each) => ({
      name: each,
      instance: each,
      isDraining: false,
    }));
    const notifications = new PostgresNotifications(line, systemClock, name, () => members);
    notifications.listen(learn);
    notifications.run();
    ended.push(() => {
      notifications.stop();
      return line.close();
    });
    return notifications;
  }

  test('That the list of connections has changed is told to all other replicas, and names no connection', async () => {
    const learnt: (string | undefined)[] = [];
    const learn = (connectionId?: string): Promise<void> => {
      learnt.push(connectionId);
      return Promise.resolve();
    };
    const one = replica('one', () => Promise.reject(new Error('a replica heard itself')));
    replica('two', learn);
    replica('three', learn);
    one.listChanged();
    await eventually(() => learnt.length === 2, 'both others learn');
    expect(learnt).toEqual([undefined, undefined]);
  });

  test('A write is told until all other replicas have learnt of it', async () => {
    const learnt: string[] = [];
    const finish = new Map<string, () => void>();
    const learnSlowly = (name: string) => (connectionId?: string) =>
      new Promise<void>((resolve) => {
        learnt.push(`${name} ${connectionId}`);
        finish.set(name, resolve);
      });
    const one = replica('one', learnSlowly('one'));
    replica('two', learnSlowly('two'));
    replica('three', learnSlowly('three'));
    const heard = async (): Promise<string[]> => {
      const sql = 'SELECT unnest(heard) AS instance FROM ak_slack.notifications';
      const found = await postgres.admin.run((query) => query<{ instance: string }>(sql));
      return found.map(({ instance }) => instance).sort();
    };
    const told = one.changed('con_1');
    await eventually(() => learnt.length === 2, 'both others learn');
    expect(learnt.toSorted()).toEqual(['three con_1', 'two con_1']);
    expect(await heard()).toEqual([]);
    finish.get('two')?.();
    await eventually(async () => (await heard()).length === 1, 'one of them has learnt');
    expect(await heard()).toEqual(['two']);
    finish.get('three')?.();
    await told;
    await eventually(async () => (await heard()).length === 2, 'both have learnt');
    expect(learnt).toHaveLength(2);
  });

  test('A replica that does not learn of a write keeps nobody waiting for ever', async () => {
    const one = replica('one', () => Promise.resolve());
    replica('two', () => new Promise(() => undefined));
    await one.changed('con_1');
    const found = await postgres.admin.run((query) =>
      query<{ connection: string }>('SELECT connection_id AS connection FROM ak_slack.notifications'),
    );
    expect(found).toHaveLength(1);
  });
});
