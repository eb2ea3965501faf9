import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/core/clock.js';
import { Health } from '../../../src/core/health.js';
import { seededRandom } from '../../../src/core/random.js';
import { Delivery } from '../../../src/delivery/delivery.js';
import { openPostgresJournal } from '../../../src/storage/postgres/postgres-journal.js';
import { startCuttingProxy } from '../../helpers/cutting-proxy.js';
import { eventually } from '../../helpers/eventually.js';
import { usePostgres } from '../../helpers/use-postgres.js';
import { PlayedServer } from './rig.js';

describe('two replicas that deliver from one journal', () => {
  const postgres = usePostgres();

  /** A replica that delivers; how it is stopped for good. */
  async function replica(name: string, url: string) {
    const server = new PlayedServer();
    const journal = await openPostgresJournal({
      url,
      maxBytes: 1024 ** 3,
      clock: systemClock,
      name,
      version: 'test',
    });
    const delivery = new Delivery({
      journal,
      membership: journal.cluster.membership,
      sink: server,
      clock: systemClock,
      random: seededRandom(1),
      health: new Health(),
      limits: { drainMs: 100 },
    });
    await delivery.start();
    const take = (key: string): Promise<unknown> =>
      delivery.intake.take({
        appId: 'A1',
        connectionIds: ['con_1'],
        key,
        kind: 'events_api',
        conversation: 'C1',
        urgent: false,
        body: '{}',
        receivedAt: systemClock.now(),
      });
    const stop = async (): Promise<void> => {
      await delivery.stop();
      await journal.close();
    };
    return { server, take, stop };
  }

  test('A replica sends on what another one left when it was cut off, in order, and each event once', async () => {
    const proxy = await startCuttingProxy(postgres.server.port);
    const behindProxy = new URL(postgres.server.url);
    behindProxy.port = `${proxy.port}`;
    const lost = await replica('lost', behindProxy.href);
    const other = await replica('other', postgres.server.url);
    const underWay: string[] = [];
    lost.server.answer = ({ key }, signal) => {
      underWay.push(key);
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    };
    for (const key of ['first', 'second', 'third']) await lost.take(key);
    await eventually(() => underWay.length > 0, 'the first one is under way');
    await proxy.stop();

    await eventually(() => other.server.got.length === 3, 'the other one has sent all');
    expect(other.server.got).toEqual(['first', 'second', 'third']);
    expect(new Set(other.server.lookedUp)).toEqual(new Set(['first']));
    expect(underWay).toEqual(['first']);
    expect(await other.take('second')).toBe('duplicate');
    await expect(lost.take('fourth')).rejects.toMatchObject({ code: 'journal_unavailable' });
    await Promise.all([lost.stop(), other.stop()]);
  });
});
