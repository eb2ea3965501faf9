import type { JournalDatabase } from '../journal.js';
import { packRows } from './packed-rows.js';
import type { Verbs } from './verbs.js';

/** Asks the thread that owns the file. */
export interface JournalClient {
  /** What was lost since the last run, in a sentence. */
  readonly warning: string | undefined;
  ask<Verb extends keyof Verbs>(
    verb: Verb,
    ...args: Parameters<Verbs[Verb]>
  ): Promise<ReturnType<Verbs[Verb]>>;
  /** Answers what was asked before, then closes the file. A second call joins the first. */
  close(): Promise<void>;
}

/** The journal and the tokens, in terms of what the file's thread can be asked. */
export function sqliteJournal(client: JournalClient): JournalDatabase {
  return {
    warning: client.warning,
    append: (rows) => client.ask('append', packRows(rows)),
    claim: (owner, now, wants) => client.ask('claim', owner, now, wants),
    settle: (owner, now, settlements) => client.ask('settle', owner, now, settlements),
    takeOver: (owner, latest, limit) => client.ask('takeOver', owner, latest, limit),
    ready: () => client.ask('ready'),
    listDead: (after, limit) => client.ask('listDead', after, limit),
    resend: (ids, now) => client.ask('resend', ids, now),
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
