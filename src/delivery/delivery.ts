import { randomUUID } from 'node:crypto';
import { Channel } from '../core/channel.js';
import { steadyTime, type Clock } from '../core/clock.js';
import { PluginError } from '../core/errors.js';
import type { Health } from '../core/health.js';
import { Background } from '../core/lifecycle.js';
import type { Random } from '../core/random.js';
import type { Membership } from '../storage/cluster.js';
import type { Journal, JournalStats } from '../storage/journal.js';
import type { PathNote } from '../storage/paths.js';
import type { DeadQuery, DeadRow, Resent } from '../storage/dead-letters.js';
import { Arrivals } from './arrival.js';
import { ALONE } from '../storage/sqlite/cluster.js';
import { Backlog } from './backlog.js';
import { Concurrency } from './concurrency.js';
import { Dispatcher, type DispatcherPorts } from './dispatcher.js';
import { endedEvent, type EndedEvent } from './ended-event.js';
import { warnOfFailure, type DeliveryEvent } from './events.js';
import { eventPaths, type EventPath } from './find-paths.js';
import { Intake, type IntakeEvent } from './intake.js';
import { JournalHealth } from './journal-health.js';
import { DEFAULT_LIMITS, type DeliveryLimits } from './limits.js';
import { OutageWatch } from './outage-watch.js';
import { Recovery } from './recovery.js';
import { keepTidy, removeConnection } from './retention.js';
import { ServerProgress } from './server-progress.js';
import { Settler } from './settler.js';
import { deliveryShares } from './shares.js';
import type { EventSink } from './sink.js';

export type { DeadQuery, DeadRow, Resent } from '../storage/dead-letters.js';
export type { EndedEvent } from './ended-event.js';
export type { EventPath } from './find-paths.js';

export interface DeliveryOptions {
  readonly journal: Journal;
  /** Where several processes share the journal: what one of them leaves is looked for all the time then. */
  readonly membership?: Membership | undefined;
  /** Whether this process is to claim rows of an app before others do; of all apps, unless said. */
  readonly isHost?: ((appId: string) => boolean) | undefined;
  /** Whether this process is the one that removes what the journal no longer needs; asked before each round; unless said, it is. */
  readonly prunes?: (() => boolean) | undefined;
  readonly sink: EventSink;
  readonly clock: Clock;
  readonly random: Random;
  /** Is told whether the journal can be written and whether the server takes events. */
  readonly health: Health;
  /** Instead of the defaults. */
  readonly limits?: Partial<DeliveryLimits> | undefined;
}

/** Rows that were given up: to be seen, and sent again or removed. */
export interface DeadLetters {
  /** Those with an id above `after` to which everything else applies, in the order of their ids. */
  list(query: DeadQuery): Promise<readonly DeadRow[]>;
  /** What one of them holds; nothing if there is none with this id. */
  body(id: number): Promise<string | undefined>;
  /** Puts them back into their conversations; answers which there were. */
  resend(ids: readonly number[]): Promise<readonly Resent[]>;
  /** Removes them for good; answers which there were. */
  discard(ids: readonly number[]): Promise<readonly Resent[]>;
}

/** What a status page and the metrics show. */
export interface DeliveryStats {
  /** Not delivered yet, those in flight included. */
  readonly waiting: number;
  readonly waitingByConnection: ReadonlyMap<string, number>;
  readonly dead: number;
  readonly inFlight: number;
  /** How many dispatches may be under way at present. */
  readonly concurrency: number;
  /** Why the server takes nothing at present, if so. */
  readonly outage: string | undefined;
  /** Why the journal cannot be written at present, if so. */
  readonly journalFailing: string | undefined;
  /** Of the journal: bytes that hold something, and bytes on the disk. */
  readonly usedBytes: number;
  readonly fileBytes: number;
  /** All that the journal has counted, when it could last be asked. */
  readonly journal: JournalStats;
}

/**
 * Everything between Slack's frame and the server's answer: the intake writes events to the journal, the dispatcher claims
 * them lane by lane, each attempt hands one to the sink, and the settler writes how it ended. Nothing is dispatched until
 * start(), but the intake takes events at once.
 */
export class Delivery {
  /** Takes events from the making of this object until stop(), dispatching or not. */
  readonly intake: Intake;
  readonly events = new Channel<DeliveryEvent>();
  /** Tells of events that AutoKitteh has, or that were given up, when that is written. */
  readonly ended = new Channel<EndedEvent>();
  readonly deadLetters: DeadLetters;
  readonly #parts: DispatcherPorts;
  readonly #prunes: () => boolean;
  readonly #dispatcher: Dispatcher;
  readonly #recovery: Recovery;
  readonly #loops = new AbortController();
  readonly #background = new Background((name, error) => {
    if (!this.#loops.signal.aborted) warnOfFailure(name, error);
  });
  #counted: JournalStats = { sources: [], usedBytes: 0, fileBytes: 0, maxBytes: 0 };
  #started: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  constructor({ membership = ALONE, isHost = () => true, ...options }: DeliveryOptions) {
    const { journal, sink, clock, random } = options;
    this.#prunes = options.prunes ?? (() => true);
    const { events } = this;
    const limits: DeliveryLimits = { ...DEFAULT_LIMITS, ...options.limits };
    const now = membership.now ?? steadyTime(clock);
    // Rows that another process, or this one before, left in flight are told by this.
    const owner = randomUUID();
    const backlog = new Backlog();
    const health = new JournalHealth(journal, clock, events, options.health, limits.journalRetryMs);
    const common = {
      ...{ journal, membership, isHost, sink, clock, random, events, limits, now, owner, backlog, health },
      shares: deliveryShares(limits, membership),
      watch: new OutageWatch(limits, random, events, options.health),
      progress: new ServerProgress(now()),
      concurrency: new Concurrency(limits.concurrency),
      refusals: new Map<number, number>(),
      arrivals: new Arrivals(),
      // A path is for people who look for it: nothing waits for it, and nothing depends on it.
      notePath: (id: number, note: PathNote) =>
        this.#background.run('note the path of an event', () => journal.notePath(id, note, now())),
    };
    const settler = new Settler({
      ...common,
      retryMs: limits.journalRetryMs,
      left: (ready) => dispatcher.notify(ready),
      unstuck: () => dispatcher.reload(),
      written: (row, settlement) => {
        // Made for those who listen, on a path on which everything costs.
        const event = this.ended.subscriberCount > 0 ? endedEvent(row, settlement, journal) : undefined;
        if (event !== undefined) this.ended.emit(event);
      },
    });
    this.#parts = { ...common, settler };
    const dispatcher = new Dispatcher(this.#parts);
    this.#dispatcher = dispatcher;
    this.#recovery = new Recovery({ ...this.#parts, dispatcher });
    this.intake = new Intake({
      ...common,
      dispatcher,
      arrived: arrivalTimes(membership, clock),
      // What else is to be written shares the commit.
      writing: () => settler.flush(),
    });
    this.deadLetters = {
      list: (query) => journal.listDead(query),
      body: (id) => journal.deadBody(id),
      discard: (ids) => journal.discard(ids),
      async resend(ids) {
        const resent = await journal.resend(ids, now());
        for (const row of resent) backlog.add(row, row.bytes);
        dispatcher.reload();
        return resent;
      },
    };
  }

  /**
   * Begins to dispatch: first what a crash left in flight, and at once what waits. Rejects if the journal fails; then it may
   * be called again. A second call joins the first.
   */
  start(): Promise<void> {
    if (this.#stopped !== undefined)
      return Promise.reject(new PluginError('stopped', 'delivery has been stopped'));
    this.#started ??= this.#begin().catch((error: unknown) => {
      this.#started = undefined;
      throw error;
    });
    return this.#started;
  }

  /** Ends intake, lets dispatches finish, aborts those that do not. Does not close the journal. A second call joins the first. */
  stop(): Promise<void> {
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  /** The ways of the events with this id, of Slack or of the server: one for each connection that got it. */
  paths(name: string): Promise<EventPath[]> {
    return eventPaths(this.#parts.journal, name);
  }

  /** The connections of which the journal keeps anything. */
  async connections(): Promise<string[]> {
    const { sources } = await this.#parts.journal.stats();
    return [...new Set(sources.map(({ connectionId }) => connectionId))];
  }

  /** Removes what the journal keeps of a connection that was deleted, but for what is being sent at present. */
  removeConnection(connectionId: string, signal: AbortSignal): Promise<void> {
    return removeConnection(connectionId, this.#parts, signal);
  }

  /** Does not reject: while the journal cannot be read it tells what was counted last, and `journalFailing`. */
  async stats(): Promise<DeliveryStats> {
    const { journal, health, watch, concurrency } = this.#parts;
    try {
      this.#counted = await journal.stats();
    } catch (error) {
      health.failed(error);
    }
    return {
      ...waitingAndDead(this.#counted),
      inFlight: this.#dispatcher.inFlight,
      concurrency: concurrency.limit,
      outage: watch.reason,
      journalFailing: health.failing,
      usedBytes: this.#counted.usedBytes,
      fileBytes: this.#counted.fileBytes,
      journal: this.#counted,
    };
  }

  async #begin(): Promise<void> {
    const { journal, backlog, membership } = this.#parts;
    await this.#recovery.takeOver();
    const [ready, { sources }] = await Promise.all([journal.ready(), journal.stats()]);
    if (this.#stopped !== undefined) return;
    backlog.load(sources);
    this.#dispatcher.start(ready);
    this.#recovery.giveBack();
    const { signal } = this.#loops;
    if (membership.isShared) this.#background.run('sharing', () => this.#recovery.watchOthers(signal));
    this.#background.run('retention', () => keepTidy({ ...this.#parts, prunes: this.#prunes }, signal));
  }

  /** Three stages: no new events; dispatches may finish; those that have not by then are ended. */
  async #end(): Promise<void> {
    const { settler, health, clock, limits } = this.#parts;
    await this.intake.stop();
    this.#loops.abort(new PluginError('stopped', 'delivery is stopping'));
    const patience = clock.setTimer(limits.drainMs, () => this.#dispatcher.abort());
    await this.#dispatcher.drain();
    patience.cancel();
    await this.#background.idle();
    await settler.close();
    health.close();
  }
}

/** Tells when an event arrived here in the time that rows are written with, which may be another machine's. */
function arrivalTimes({ now }: Membership, clock: Clock): (event: IntakeEvent) => IntakeEvent {
  if (now === undefined) return (event) => event;
  return ({ receivedAt, ...event }) => ({ receivedAt: receivedAt + now() - clock.now(), ...event });
}

function waitingAndDead({
  sources,
}: JournalStats): Pick<DeliveryStats, 'waiting' | 'waitingByConnection' | 'dead'> {
  const waitingByConnection = new Map<string, number>();
  let waiting = 0;
  let dead = 0;
  for (const source of sources) {
    waiting += source.waiting;
    dead += source.dead;
    const before = waitingByConnection.get(source.connectionId) ?? 0;
    if (source.waiting > 0) waitingByConnection.set(source.connectionId, before + source.waiting);
  }
  return { waiting, waitingByConnection, dead };
}
