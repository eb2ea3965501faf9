import { create, toBinary } from '@bufbuild/protobuf';
import type { Faults } from './faults.js';
import { passes, takesType } from './filters.js';
import type { Caller } from './identity.js';
import { kindOf, newId } from './ids.js';
import { refusals } from './refusals.js';
import type { Rights } from './rights.js';
import type { Sessions } from './sessions.js';
import type { ConnectionRow, DeploymentRow, EventRow, Store } from './store.js';
import { wedgeProblem } from './value-rules.js';
import { sleep, type Clock } from '../../core/clock.js';
import { DeploymentState } from '../../gen/autokitteh/deployments/v1/deployments_pb.js';
import { EventSchema, type Event } from '../../gen/autokitteh/events/v1/events_pb.js';
import type { Trigger } from '../../gen/autokitteh/triggers/v1/triggers_pb.js';

// Temporal's limits, in bytes: of what a workflow may be started with, and of one message to it.
const MAX_BLOB = 2 * 1024 * 1024;
const MAX_MESSAGE = 4 * 1024 * 1024;
// A session carries its event twice.
const MAX_SESSION_DATA = MAX_BLOB / 2;
const TOO_LARGE_TO_START = 'start workflow: execute session workflow: Blob data size exceeds limit.';

export interface DispatchOptions {
  /** Only this deployment, which may be one that is being tested; empty: all active ones. */
  readonly deploymentId: string;
  /** Whether to answer only when the sessions were started. */
  readonly wait: boolean;
  /** Aborts when the caller went away. */
  readonly signal: AbortSignal;
  /** Ends the exchange without an answer. */
  readonly cut: () => void;
}

export interface Dispatched {
  readonly eventId: string;
  readonly startedSessionIds: string[];
  readonly signaledSessionIds: string[];
}

export interface DispatchingParts {
  readonly store: Store;
  readonly rights: Rights;
  readonly sessions: Sessions;
  readonly faults: Faults;
  readonly clock: Clock;
  /** Events a second that the server takes; all of them unless given. */
  readonly perSecond: number;
}

type Destination =
  | { readonly t: 'connection'; readonly connection: ConnectionRow }
  | { readonly t: 'trigger'; readonly trigger: Trigger };

/** Stores events and starts or signals sessions for them, as AutoKitteh's dispatcher does. */
export class Dispatching {
  readonly #parts: DispatchingParts;
  #nextTurn = 0;
  #sequence = 0;

  constructor(parts: DispatchingParts) {
    this.#parts = parts;
  }

  /** Dispatches an event to its destination. An organisation's connection makes one event for each of its triggers. */
  async dispatch(caller: Caller, event: Event, options: DispatchOptions): Promise<Dispatched> {
    await this.#turn(options.signal);
    const { store } = this.#parts;
    if (event.destinationId === '') throw refusals.invalid('save event: destination_id: missing');
    const trigger = store.triggers.get(event.destinationId);
    if (trigger !== undefined) return this.#one(caller, event, { t: 'trigger', trigger }, options);
    const connection = store.connections.get(event.destinationId);
    if (connection === undefined)
      throw refusals.invalid(
        kindOf(event.destinationId) === 'trg' ? 'save event: get project id: not_found' : 'not_found',
      );
    if (connection.projectId !== '')
      return this.#one(caller, event, { t: 'connection', connection }, options);
    const all: Dispatched = { eventId: '', startedSessionIds: [], signaledSessionIds: [] };
    for (const each of [...store.triggers.values()]) {
      if (each.connectionId !== connection.connectionId) continue;
      const one = await this.#one(caller, event, { t: 'trigger', trigger: each }, options);
      all.startedSessionIds.push(...one.startedSessionIds);
    }
    return all;
  }

  async #one(caller: Caller, event: Event, to: Destination, options: DispatchOptions): Promise<Dispatched> {
    if (!this.#parts.rights.isSystem(caller)) throw refusals.invalid('save event: unauthorized');
    const row = this.#stored(event, to);
    const { faults, clock } = this.#parts;
    if (faults.takeDeath()) {
      options.cut();
      throw refusals.unknown('the server died');
    }
    const bytes = toBinary(EventSchema, create(EventSchema, { data: event.data, memo: event.memo })).length;
    await this.#requireStartable(bytes, options.signal);
    const problem = wedgeProblem(row.data);
    if (problem !== undefined) {
      this.#parts.store.wedged.push({ eventId: row.eventId, reason: problem });
      if (options.wait) await aborted(options.signal);
      return { eventId: row.eventId, startedSessionIds: [], signaledSessionIds: [] };
    }
    const quick: Dispatched = { eventId: row.eventId, startedSessionIds: [], signaledSessionIds: [] };
    if (!options.wait && faults.workflowDelayMs > 0) {
      clock.setTimer(faults.workflowDelayMs, () => this.#process(row, to, options.deploymentId, bytes));
      return quick;
    }
    const done = this.#process(row, to, options.deploymentId, bytes);
    return options.wait ? done : quick;
  }

  #stored(event: Event, to: Destination): EventRow {
    const { store, clock } = this.#parts;
    const connectionId = to.t === 'connection' ? to.connection.connectionId : to.trigger.connectionId;
    const connection = store.connections.get(connectionId);
    const projectId = to.t === 'connection' ? to.connection.projectId : to.trigger.projectId;
    const row: EventRow = {
      eventId: newId('evt'),
      seq: ++this.#sequence,
      destinationId: to.t === 'connection' ? connectionId : to.trigger.triggerId,
      connectionId,
      integrationId: connection?.integrationId ?? '',
      projectId,
      orgId: store.orgOf(projectId) ?? '',
      eventType: event.eventType,
      data: event.data,
      memo: { ...event.memo },
      createdAt: clock.now(),
    };
    store.events.push(row);
    return row;
  }

  /** Refuses what Temporal would not take. The event is stored by then, and stays so. */
  async #requireStartable(bytes: number, signal: AbortSignal): Promise<void> {
    const { faults, clock } = this.#parts;
    if (faults.temporalDown) await sleep(clock, faults.temporalWaitMs, signal);
    if (faults.temporalDown || bytes > MAX_MESSAGE)
      throw refusals.invalid('failed starting workflow: context deadline exceeded');
    if (bytes > MAX_BLOB) throw refusals.invalid('failed starting workflow: Blob data size exceeds limit.');
  }

  #process(row: EventRow, to: Destination, deploymentId: string, bytes: number): Dispatched {
    const { store, sessions } = this.#parts;
    const triggers =
      to.t === 'trigger'
        ? [to.trigger]
        : [...store.triggers.values()].filter((trigger) => trigger.connectionId === row.connectionId);
    const startedSessionIds = triggers
      .filter((trigger) => (trigger.codeLocation?.name ?? '') !== '')
      .filter((trigger) => takesType(trigger.eventType, row.eventType) && passes(trigger.filter, row))
      .flatMap((trigger) =>
        this.#deployments(trigger.projectId, deploymentId).flatMap((each) => {
          if (bytes <= MAX_SESSION_DATA) return [sessions.start(trigger, each, row)];
          sessions.fail(trigger, each, row, TOO_LARGE_TO_START);
          return [];
        }),
      );
    return {
      eventId: row.eventId,
      startedSessionIds,
      signaledSessionIds: sessions.signal(row.destinationId, row),
    };
  }

  #deployments(projectId: string, only: string): DeploymentRow[] {
    const { store } = this.#parts;
    if (only === '') return store.activeDeployments(projectId);
    const row = store.deployments.get(only);
    const open = row?.state === DeploymentState.ACTIVE || row?.state === DeploymentState.TESTING;
    return row !== undefined && open && row.projectId === projectId ? [row] : [];
  }

  /** Waits until the server's throughput allows one more event. */
  async #turn(signal: AbortSignal): Promise<void> {
    const { clock, perSecond } = this.#parts;
    if (!Number.isFinite(perSecond)) return;
    const turn = Math.max(clock.monotonic(), this.#nextTurn);
    this.#nextTurn = turn + 1_000 / perSecond;
    if (turn > clock.monotonic()) await sleep(clock, turn - clock.monotonic(), signal);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
