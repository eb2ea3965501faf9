import type { Appended, Journal } from '../journal.js';
import type { EngineOptions } from './engine.js';
import { packRows } from './packed-rows.js';
import { startWorkerClient } from './worker-client.js';

/** How large a journal may grow unless told otherwise: room for about a million waiting events. */
export const DEFAULT_MAX_BYTES = 4 * 1024 ** 3;

/**
 * Opens the journal in a SQLite file, in a thread of its own, so that waiting for the disk holds nothing else up.
 * Rejects with `journal_locked`, `journal_newer`, `journal_damaged` or `journal_unavailable`.
 */
export async function openSqliteJournal(options: EngineOptions): Promise<Journal> {
  const client = await startWorkerClient(options);
  return {
    async append(rows) {
      const isNew = await client.ask('append', packRows(rows));
      return isNew.map((each): Appended => (each ? 'journaled' : 'duplicate'));
    },
    claim: (owner, now, wants) => client.ask('claim', owner, now, wants),
    settle: (owner, now, settlements) => client.ask('settle', owner, now, settlements),
    takeOver: (owner, _now, limit) => client.ask('takeOver', owner, limit),
    ready: () => client.ask('ready'),
    listDead: (after, limit) => client.ask('listDead', after, limit),
    resend: (ids, now) => client.ask('resend', ids, now),
    prune: (request) => client.ask('prune', request),
    compact: () => client.ask('compact'),
    stats: () => client.ask('stats'),
    close: () => client.close(),
  };
}
