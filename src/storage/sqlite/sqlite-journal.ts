import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorMessage, PluginError } from '../../core/errors.js';
import type { JournalDatabase } from '../journal.js';
import { NO_CLUSTER } from './cluster.js';
import type { EngineOptions } from './engine.js';
import { packRows } from './packed-rows.js';
import { startWorkerClient, type JournalClient } from './worker-client.js';

/**
 * Opens the journal in a SQLite file, in a thread of its own, so that waiting for the disk holds nothing else up.
 * Rejects with `journal_locked`, `journal_newer`, `journal_damaged` or `journal_unavailable`.
 */
export async function openSqliteJournal(options: EngineOptions): Promise<JournalDatabase> {
  return sqliteJournal(await startWorkerClient(options));
}

/** Opens the journal, making its folder, readable by its owner alone: events hold what people wrote. */
export async function openJournalFile(options: EngineOptions): Promise<JournalDatabase> {
  const { path } = options;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  } catch (cause) {
    const message = `the journal's folder ${dirname(path)} cannot be made: ${errorMessage(cause)}: set JOURNAL_URL to a path that this user may write`;
    throw new PluginError('journal_unavailable', message, { cause });
  }
  return openSqliteJournal(options);
}

/** The journal and the tokens, in terms of what the file's thread can be asked. */
export function sqliteJournal(client: JournalClient): JournalDatabase {
  return {
    warning: client.warning,
    cluster: NO_CLUSTER,
    append: (rows) => client.ask('append', packRows(rows)),
    claim: (owner, now, wants) => client.ask('claim', owner, now, wants),
    settle: (owner, now, settlements) => client.ask('settle', owner, now, settlements),
    takeOver: (owner, latest, limit) => client.ask('takeOver', owner, latest, limit),
    ready: () => client.ask('ready'),
    listDead: (query) => client.ask('listDead', query),
    deadBody: (id) => client.ask('deadBody', id),
    resend: (ids, now) => client.ask('resend', ids, now),
    discard: (ids) => client.ask('discard', ids),
    notePath: (id, note, now) => client.ask('notePath', id, note, now),
    findPaths: (name) => client.ask('findPaths', name),
    findRows: (key) => client.ask('findRows', key),
    removeConnection: (connectionId, limit) => client.ask('removeConnection', connectionId, limit),
    prune: (request) => client.ask('prune', request),
    compact: () => client.ask('compact'),
    probe: (now) => client.ask('probe', now),
    stats: () => client.ask('stats'),
    tokens: {
      key: (fresh) => client.ask('tokenKey', fresh),
      recall: (hashes) => client.ask('recallTokens', hashes),
      remember: (record, now, most) => client.ask('rememberToken', record, now, most),
      forget: (hash) => client.ask('forgetToken', hash),
      retain: (retention) => client.ask('retainTokens', retention),
    },
    close: () => client.close(),
  };
}
