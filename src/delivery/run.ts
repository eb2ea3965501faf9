import { sleep } from '../core/clock.js';
import { PluginError } from '../core/errors.js';
import { Background } from '../core/lifecycle.js';
import type { JournalRow } from '../storage/journal.js';
import type { Backlog } from './backlog.js';
import type { Dispatcher, DispatcherPorts } from './dispatcher.js';
import type { JournalingIntake } from './journaling-intake.js';
import { giveBack, takeOver } from './recovery.js';
import { keepTidy } from './retention.js';
import { warnOfFailure } from './warn-of-failure.js';

export interface RunPorts extends DispatcherPorts {
  readonly backlog: Backlog;
  readonly dispatcher: Dispatcher;
  readonly intake: JournalingIntake;
  /** Whether other processes write the journal too. */
  readonly isShared: boolean;
}

/** Starting and stopping delivery. */
export class DeliveryRun {
  readonly #ports: RunPorts;
  readonly #loops = new AbortController();
  readonly #background = new Background((name, error) => {
    if (!this.#loops.signal.aborted) warnOfFailure(name, error);
  });
  /** Taken over, and not yet given back. */
  #left: JournalRow[] = [];
  #started: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  constructor(ports: RunPorts) {
    this.#ports = ports;
  }

  /** A second call joins the first; after a failure it may be called again. */
  start(): Promise<void> {
    if (this.#stopped !== undefined)
      return Promise.reject(new PluginError('stopped', 'delivery has been stopped'));
    this.#started ??= this.#begin().catch((error: unknown) => {
      this.#started = undefined;
      throw error;
    });
    return this.#started;
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  async #begin(): Promise<void> {
    const { journal, backlog, dispatcher, isShared } = this.#ports;
    await takeOver(this.#left, this.#ports);
    const [ready, { sources }] = await Promise.all([journal.ready(), journal.stats()]);
    if (this.#stopped !== undefined) return;
    backlog.load(sources);
    dispatcher.start(ready);
    giveBack(this.#left.splice(0), this.#ports);
    if (isShared) this.#background.run('sharing', () => this.#watchOthers());
    this.#background.run('retention', () => keepTidy(this.#ports, this.#loops.signal));
  }

  /**
   * Goes on taking over what processes that are gone left in flight, looks for what waits in the journal whoever wrote it, and
   * counts it.
   */
  async #watchOthers(): Promise<void> {
    const { journal, clock, limits, health, dispatcher, backlog } = this.#ports;
    const { signal } = this.#loops;
    let countAt = clock.monotonic() + limits.recountMs;
    for (;;) {
      await sleep(clock, limits.sharedMs, signal);
      try {
        await takeOver(this.#left, this.#ports);
        dispatcher.reload();
        if (clock.monotonic() >= countAt) {
          backlog.load((await journal.stats()).sources);
          countAt = clock.monotonic() + limits.recountMs;
        }
      } catch (error) {
        signal.throwIfAborted();
        health.failed(error);
      }
      giveBack(this.#left.splice(0), this.#ports);
    }
  }

  /** Three stages: no new events; dispatches may finish; those that have not by then are ended. */
  async #end(): Promise<void> {
    const { intake, dispatcher, settler, health, clock, limits } = this.#ports;
    await intake.stop();
    this.#loops.abort(new PluginError('stopped', 'delivery is stopping'));
    const patience = clock.setTimer(limits.drainMs, () => dispatcher.abort());
    await dispatcher.drain();
    patience.cancel();
    await this.#background.idle();
    await settler.close();
    health.close();
  }
}
