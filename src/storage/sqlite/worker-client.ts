import type { Worker } from 'node:worker_threads';
import { errorMessage, PluginError } from '../../core/errors.js';
import type { EngineOptions, Reply, Request, Verbs } from './engine.js';
import type { FromWorker, ToWorker } from './worker.js';
import { startThread } from './thread.js';

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
export async function startWorkerClient(options: EngineOptions): Promise<JournalClient> {
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
