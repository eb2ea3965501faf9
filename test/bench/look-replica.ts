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
  /** What the process has of the machine's memory, in bytes. */
  readonly resident: number;
  /** What of it is in use right after a collection, without the stacks and code of V8 and what libraries allocate. */
  readonly used: number;
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
      const { rss: resident, heapUsed, external } = process.memoryUsage();
      process.send?.({ cpu, resident, used: heapUsed + external } satisfies ReplicaUse);
    }, measureMs);
  });
  process.send('started');
}
