import { once } from 'node:events';
import { systemClock } from '../../src/core/clock.js';
import { openPostgresJournal } from '../../src/storage/postgres/postgres-journal.js';
import { startProgram } from '../world/program.js';
import type { LookWorld } from './look-world.js';

export interface ReplicaOrder extends LookWorld {
  readonly name: string;
  readonly journalUrl: string;
}

export interface ReplicaUse {
  /** Share of one core. */
  readonly cpu: number;
  readonly bytes: number;
}

// One replica with the settings as they are shipped, in this process. It says when it has started, and is then told for how
// many milliseconds to measure itself.

if (process.send !== undefined) {
  process.once('disconnect', () => process.exit(0));
  const [{ name, journalUrl: url, ...peers }] = (await once(process, 'message')) as [ReplicaOrder];
  await startProgram(
    { ...peers, signKey: '01'.repeat(32) },
    { JOURNAL_URL: url, GATEWAY_PUBLIC_URL: 'http://gateway.test', GATEWAY_LISTEN: 'off' },
    {
      openJournal: () =>
        openPostgresJournal({
          ...{ url, password: undefined, maxBytes: 1024 ** 3 },
          ...{ clock: systemClock, name, version: 'bench' },
        }),
    },
  );
  process.on('message', (measureMs: number) => {
    const [start, since] = [process.cpuUsage(), performance.now()];
    setTimeout(() => {
      const { user, system } = process.cpuUsage(start);
      const cpu = (user + system) / 1_000 / (performance.now() - since);
      globalThis.gc?.();
      process.send?.({ cpu, bytes: process.memoryUsage.rss() } satisfies ReplicaUse);
    }, measureMs);
  });
  process.send('started');
}
