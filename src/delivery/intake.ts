import type { Channel } from '../core/channel.js';
import { PluginError } from '../core/errors.js';
import type { Journal } from '../storage/journal.js';
import type { Appended, RowToAppend } from '../storage/rows.js';
import type { Arrival, Arrivals } from './arrival.js';
import type { Backlog } from './backlog.js';
import type { Dispatcher } from './dispatcher.js';
import type { DeliveryEvent } from './events.js';
import { FairQueue } from './fair-queue.js';
import type { JournalHealth } from './journal-health.js';
import type { DeliveryLimits } from './limits.js';

/** An event as it came in, and the connections it is for. */
export interface IntakeEvent {
  readonly appId: string;
  /** Slack's own id of it: event id, else trigger id, else envelope id. */
  readonly key: string;
  readonly connectionIds: readonly string[];
  /** What keeps its order within a connection: the channel, else the user, else an empty string. */
  readonly conversation: string;
  /** Those of the connections for which no order is kept: there the event waits for no other. */
  readonly unordered?: readonly string[];
  /** Someone waits for it: interactions and slash commands. */
  readonly urgent: boolean;
  readonly kind: string;
  /** The frame's text as received. */
  readonly body: string;
  /** Milliseconds since 1970, by the clock that delivery was given. */
  readonly receivedAt: number;
  /** Where it is noted how the event arrived. */
  readonly arrival?: Arrival | undefined;
}

/** `duplicate`: every connection of the event had it before. Both are acknowledged. */
export type Taken = 'journaled' | 'duplicate';

// So many events are worth a commit of their own: they go to the writer as soon as what came with them on their socket is
// read. Fewer wait for what else came in the same turn. While two batches are being written the next one grows.
const WORTH_A_COMMIT = 32;
const BATCHES_AT_ONCE = 2;

interface Pending {
  readonly event: IntakeEvent;
  readonly resolve: (taken: Taken) => void;
  readonly reject: (error: PluginError) => void;
}

export interface IntakePorts {
  readonly journal: Journal;
  readonly health: JournalHealth;
  readonly backlog: Backlog;
  readonly events: Channel<DeliveryEvent>;
  readonly limits: DeliveryLimits;
  readonly now: () => number;
  readonly arrivals: Arrivals;
  /** Who claims rows that are written here. */
  readonly owner: string;
  /** Begins rows as they are written while it has slots; told of the others that lead their lanes. */
  readonly dispatcher: Pick<Dispatcher, 'reserve' | 'begin' | 'release' | 'notify'>;
  /** Gives an event the time of its arrival that rows are written with. */
  readonly arrived: (event: IntakeEvent) => IntakeEvent;
  /** Called before anything is written. */
  readonly writing: () => void;
}

/** Writes events to the journal, many at a time, its apps in turn. */
export class Intake {
  readonly #ports: IntakePorts;
  readonly #queue = new FairQueue<Pending>();
  #writing = 0;
  /** When the next batch goes, if that is arranged. */
  #next: 'soon' | 'after the turn' | undefined;
  #isStopped = false;
  #idle: (() => void) | undefined;

  constructor(ports: IntakePorts) {
    this.#ports = ports;
  }

  /**
   * Resolves when the event is on the disk, so that it may be acknowledged. Rejects when it is not: `overloaded` (this
   * app is over its limits), `journal_full`, `journal_damaged`, `journal_unavailable`, `stopped`.
   */
  take(taken: IntakeEvent): Promise<Taken> {
    const { arrived, backlog, events, limits } = this.#ports;
    const event = arrived(taken);
    const { appId, kind, key, connectionIds, arrival } = event;
    const socketId = arrival?.socketId;
    events.emit({ t: 'received', appId, kind, key, socketId, connections: connectionIds.length });
    const over = connectionIds.filter((connectionId) =>
      backlog.isOverShare({ appId, connectionId }, limits.backlogBytesPerApp),
    );
    const refusal = this.#refusal(event, over);
    if (refusal !== undefined) {
      events.emit({ t: 'rejected', appId, kind, key, reason: refusal.message });
      return Promise.reject(refusal);
    }
    const pending = over.length === 0 ? event : this.#without(over, event);
    return new Promise((resolve, reject) => {
      const count = pending.connectionIds.length;
      this.#queue.push(appId, { event: pending, resolve, reject }, count, event.body.length * count);
      this.#schedule();
    });
  }

  /** Refuses what comes from now on; resolves when what came before is written or refused. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#queue.size === 0 && this.#writing === 0) return;
    await new Promise<void>((resolve) => {
      this.#idle = resolve;
    });
  }

  /** The event for its other connections: they must not go without it because of one that has no room left. */
  #without(over: readonly string[], { connectionIds, ...event }: IntakeEvent): IntakeEvent {
    const { appId, kind, key } = event;
    for (const connectionId of over)
      this.#ports.events.emit({ t: 'over_share', appId, connectionId, kind, key });
    return { connectionIds: connectionIds.filter((id) => !over.includes(id)), ...event };
  }

  #refusal({ appId, connectionIds }: IntakeEvent, over: readonly string[]): PluginError | undefined {
    const { backlog, limits } = this.#ports;
    if (this.#isStopped) return new PluginError('stopped', 'this program is stopping');
    if (this.#queue.sizeOf(appId) >= limits.queuedPerApp)
      return new PluginError(
        'overloaded',
        `${limits.queuedPerApp} events of app ${appId} are already waiting to be written to the journal`,
      );
    if (this.#queue.bytesOf(appId) >= limits.queuedBytesPerApp)
      return new PluginError(
        'overloaded',
        `events of app ${appId} with ${limits.queuedBytesPerApp} bytes are already waiting to be written to the journal`,
      );
    if (backlog.of(appId) >= limits.backlogBytesPerApp)
      return new PluginError(
        'overloaded',
        `app ${appId} has reached its journal quota of undelivered events`,
      );
    if (over.length > 0 && over.length === connectionIds.length)
      return new PluginError(
        'overloaded',
        `connection ${over.join(', ')} has reached its journal quota of undelivered events`,
      );
    return undefined;
  }

  #schedule(): void {
    if (this.#writing >= BATCHES_AT_ONCE) return;
    if (this.#queue.size >= Math.min(WORTH_A_COMMIT, this.#ports.limits.batchRows)) {
      if (this.#next !== 'soon') queueMicrotask(() => this.#begin('soon'));
      this.#next = 'soon';
    } else if (this.#next === undefined) {
      setImmediate(() => this.#begin('after the turn'));
      this.#next = 'after the turn';
    }
  }

  #begin(planned: 'soon' | 'after the turn'): void {
    if (this.#next !== planned) return;
    this.#next = undefined;
    this.#write();
  }

  #write(): void {
    const { journal, health, limits, writing } = this.#ports;
    const batch = this.#queue.take({ items: limits.batchRows, bytes: limits.batchBytes });
    if (batch.length === 0) return;
    this.#writing += 1;
    const rows = batch.flatMap(({ event }) => this.#rowsOf(event));
    writing();
    journal
      .append(rows)
      .then(
        (appended) => {
          health.succeeded();
          this.#written(batch, rows, appended);
        },
        (error: unknown) => this.#refused(batch, rows, health.failed(error)),
      )
      .finally(() => this.#ended())
      .catch((error: unknown) => health.failed(error));
    if (this.#queue.size > 0) this.#schedule();
  }

  #ended(): void {
    this.#writing -= 1;
    if (this.#queue.size > 0) this.#schedule();
    else if (this.#writing === 0) this.#idle?.();
  }

  #written(batch: readonly Pending[], rows: readonly RowToAppend[], appended: readonly Appended[]): void {
    const { backlog, events, now } = this.#ports;
    let at = 0;
    for (const { event, resolve } of batch) {
      const { appId, kind, key, arrival } = event;
      const ms = now() - event.receivedAt;
      if (arrival !== undefined) arrival.journaledMs = ms;
      let isNew = event.connectionIds.length === 0;
      for (const end = at + event.connectionIds.length; at < end; at += 1) {
        const row = rows[at];
        const result = appended[at];
        if (row === undefined || result === undefined) continue;
        this.#handOver(row, result, arrival);
        if (result === 'duplicate') continue;
        isNew = true;
        backlog.add(row, Buffer.byteLength(row.body));
      }
      if (isNew) events.emit({ t: 'journaled', appId, kind, key, ms });
      else events.emit({ t: 'duplicate', appId, kind, key });
      resolve(isNew ? 'journaled' : 'duplicate');
    }
  }

  #rowsOf(event: IntakeEvent): RowToAppend[] {
    const { owner, dispatcher } = this.#ports;
    const { appId, key, kind, urgent, body, receivedAt, unordered = [] } = event;
    return event.connectionIds.map((connectionId) => {
      // A lane of its own: nothing is before it.
      const conversation = unordered.includes(connectionId) ? key : event.conversation;
      const claimFor = dispatcher.reserve({ appId, connectionId }, urgent) ? owner : undefined;
      return { appId, connectionId, key, kind, conversation, urgent, body, receivedAt, claimFor };
    });
  }

  #handOver(row: RowToAppend, result: Appended, arrival: Arrival | undefined): void {
    const { dispatcher, arrivals } = this.#ports;
    const { appId, connectionId, key, kind, conversation, urgent, body, receivedAt } = row;
    if (typeof result === 'object') {
      const { claimed: id, turn } = result;
      const written = {
        id,
        turn,
        appId,
        connectionId,
        key,
        kind,
        conversation,
        urgent,
        body,
        receivedAt,
        arrival,
      };
      // The spread last: docs/architecture.md, "Avoiding promotion on the hot path".
      dispatcher.begin({ attempts: 1, retried: false, unansweredAt: undefined, ...written });
    } else if (row.claimFor !== undefined) dispatcher.release(row);
    if (arrival !== undefined && (result === 'first' || result === 'behind')) arrivals.keep(row, arrival);
    // The others are looked for when their lane's first was dispatched.
    if (result === 'first') dispatcher.notify({ appId, connectionId, urgent, readyAt: 0 });
  }

  #refused(batch: readonly Pending[], rows: readonly RowToAppend[], error: PluginError): void {
    for (const row of rows) if (row.claimFor !== undefined) this.#ports.dispatcher.release(row);
    for (const { event, reject } of batch) {
      const { appId, kind, key } = event;
      this.#ports.events.emit({ t: 'rejected', appId, kind, key, reason: error.message });
      reject(error);
    }
  }
}
