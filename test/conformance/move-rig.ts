import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../src/core/clock.js';
import type { JournalDatabase } from '../../src/storage/journal.js';
import type { JournalEnd } from '../../src/storage/move/journal-end.js';
import type { MoveRequest } from '../../src/storage/move/move-journal.js';
import { openPostgresEnd } from '../../src/storage/move/postgres-end.js';
import { openPostgresJournal } from '../../src/storage/postgres/postgres-journal.js';
import { usePreparedRoles } from '../world/postgres-roles.js';
import { useFolder } from '../helpers/use-folder.js';

const MAX_BYTES = 1024 ** 3;

/** For each test a journal file that is not there yet and an empty PostgreSQL, between which the test moves. */
export function useMoves() {
  const postgres = usePreparedRoles();
  const folder = useFolder();
  const path = (): string => join(folder.path, 'journal.sqlite');
  return {
    postgres,
    folder,
    /** Of the journal file. */
    get path(): string {
      return path();
    },
    /** The journal on PostgreSQL, as a replica of this name opens it. */
    open: (name = 'one'): Promise<JournalDatabase> =>
      openPostgresJournal({
        url: postgres.roles.url,
        maxBytes: MAX_BYTES,
        clock: systemClock,
        name,
        version: 'test',
      }),
    /** One end of a move: PostgreSQL, by the role that owns the schema. */
    openOwned: (): Promise<JournalEnd> =>
      openPostgresEnd({
        url: postgres.roles.ownerUrl,
        password: undefined,
        place: postgres.roles.ownerUrl,
        clock: systemClock,
      }),
    /** A move of the file to PostgreSQL, unless said otherwise. */
    request: (over: Partial<MoveRequest> = {}): MoveRequest => ({
      ...{ from: path(), to: postgres.roles.ownerUrl, password: undefined, backups: 0, clock: systemClock },
      ...{ isCancelled: false, isSourceDeleted: false, report: () => undefined },
      ...over,
    }),
    /**
     * Moves the file to PostgreSQL in a process of its own, which is killed before it writes its page number `killAt`, counted
     * from 0. Answers what PostgreSQL holds then, if the process was left alone.
     */
    async moveInChild(killAt: number | undefined): Promise<unknown> {
      const child = fork(join(import.meta.dirname, 'move-child.ts'), [path(), postgres.roles.ownerUrl], {
        execArgv: ['--import', 'tsx'],
      });
      onTestFinished(() => void child.kill('SIGKILL'));
      let counts: unknown;
      child.on('message', (message) => {
        if (typeof message === 'object') counts = message;
        else if (message === killAt) child.kill('SIGKILL');
        else child.send('go on');
      });
      await once(child, 'exit');
      return counts;
    },
  };
}
