import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { errorMessage, PluginError } from '../../core/errors.js';
import type { JournalDatabase } from '../journal.js';
import { NO_CLUSTER } from './cluster.js';
import type { EngineOptions, Reply, Request, Verbs } from './engine.js';
import { packRows } from './packed-rows.js';
import { startThread } from './thread.js';
import type { FromWorker, ToWorker } from './worker.js';

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
    const message = `the journal's folder ${dirname(path)} cannot be created: ${errorMessage(cause)}: set JOURNAL_URL to a path that this user may write`;
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
    claim: (owner, now, requests) => client.ask('claim', owner, now, requests),
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

interface Waiting {
  resolve(result: unknown): void;
  reject(error: PluginError): void;
}

/** Starts the thread and waits until it has the file open; rejects with its reason if it has not. */
async function startWorkerClient(options: EngineOptions): Promise<JournalClient> {
  const worker = startThread('./worker', { options });
  // The thread answers in the order of asking. No Map: docs/architecture.md, "Avoiding promotion on the hot path".
  let waiting: Waiting[] = [];
  let toSay: Request[] = [];
  let gone: PluginError | undefined;
  let closing: Promise<void> | undefined;

  const say = (message: ToWorker): void => worker.postMessage(message);
  const sayAll = (): void => {
    if (toSay.length > 0) say({ t: 'requests', requests: toSay });
    toSay = [];
  };
  const take = (replies: readonly Reply[]): void => {
    const answered = waiting.splice(0, replies.length);
    replies.forEach((reply, at) => {
      const waiter = answered[at];
      if ('code' in reply) waiter?.reject(new PluginError(reply.code, reply.message));
      else waiter?.resolve(reply.result);
    });
  };

  const warning = await opened(worker);
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  worker.on('message', (message: FromWorker) => {
    if (message.t === 'replies') take(message.replies);
  });
  const end = (reason: PluginError): void => {
    gone ??= reason;
    for (const waiter of waiting) waiter.reject(gone);
    waiting = [];
  };
  worker.on('error', (error) => end(threadEnded(error)));
  worker.on('exit', () => end(threadEnded('it ended')));

  return {
    warning,
    ask(verb, ...args) {
      if (gone !== undefined) return Promise.reject(gone);
      return new Promise((resolve, reject) => {
        waiting.push({ resolve: resolve, reject });
        // What is asked in one go is said in one message, because each wakes the thread.
        if (toSay.length === 0) queueMicrotask(sayAll);
        toSay.push({ verb, args });
      });
    },
    close() {
      closing ??= (() => {
        gone ??= new PluginError('stopped', 'the journal is closed');
        sayAll();
        say({ t: 'close' });
        return exited;
      })();
      return closing;
    },
  };
}

/** Resolves with what was lost since the last run, in a sentence. */
function opened(worker: Worker): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: FromWorker): void => {
      if (message.t === 'refused') finish(new PluginError(message.code, message.message));
      else finish(undefined, message.t === 'open' ? message.warning : undefined);
    };
    const onError = (error: unknown): void => finish(threadEnded(error));
    const onExit = (): void => finish(threadEnded('it ended before the journal was opened'));
    const finish = (error?: PluginError, warning?: string): void => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      if (error === undefined) resolve(warning);
      else reject(error);
    };
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
  });
}

function threadEnded(error: unknown): PluginError {
  return new PluginError(
    'journal_unavailable',
    `The thread that writes the journal failed (${errorMessage(error)}): restart the program.`,
    { cause: error },
  );
}
