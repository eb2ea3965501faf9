import { passes } from './filters.js';
import type { Configuration, FunctionCall, IntegrationPort } from './integration-port.js';
import { refusals } from './refusals.js';
import type { ConnectionRow, EventRow, SessionRow } from './store.js';
import { dataToJson } from './values.js';
import type { Clock } from '../../core/clock.js';
import type { JsonObject } from '../../core/json.js';
import type { CallResponse } from '../../gen/autokitteh/integrations/v1/integrations_pb.js';
import type { Value } from '../../gen/autokitteh/values/v1/values_pb.js';

/** A connection as a session got it at its start. */
export interface Configured extends Configuration {
  readonly connection: ConnectionRow;
  readonly integration: IntegrationPort;
}

/** An event on its way to sessions. */
export type Received = Pick<EventRow, 'eventId' | 'eventType' | 'data'>;

/** An event as user code sees it. */
export interface SeenEvent {
  readonly eventId: string;
  readonly eventType: string;
  readonly data: JsonObject;
}

interface Subscription {
  readonly connectionId: string;
  readonly filter: string;
  readonly queue: SeenEvent[];
}

/** What emulated user code can do in a session: look at its event, print, wait for more events, call functions. */
export class RunningSession {
  readonly event: SeenEvent;
  /** The environment: the project's variables, and `<connection>__<key>` of every connection's configuration. */
  readonly env: Readonly<Record<string, string>>;
  readonly #row: SessionRow;
  readonly #configured: readonly Configured[];
  readonly #clock: Clock;
  readonly #subscriptions = new Set<Subscription>();
  readonly #wakers = new Set<() => void>();
  #stopped = false;

  constructor(
    row: SessionRow,
    event: Received,
    configured: readonly Configured[],
    clock: Clock,
    variables: Readonly<Record<string, string>>,
  ) {
    this.#row = row;
    this.#configured = configured;
    this.#clock = clock;
    this.event = seen(event);
    this.env = {
      ...variables,
      ...Object.fromEntries(
        configured.flatMap(({ connection, config }) =>
          Object.entries({ ...config, connection_id: connection.connectionId }).map(
            ([key, value]): [string, string] => [`${connection.name}__${key}`, value],
          ),
        ),
      ),
    };
  }

  get id(): string {
    return this.#row.sessionId;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  print(text: string): void {
    this.#row.prints.push({ text, at: this.#clock.now() });
  }

  /** The values that the integration gave for a connection, by name. */
  values(connectionName: string): Readonly<Record<string, Value>> {
    return this.#of(connectionName).values;
  }

  /** Calls a function of a connection over the contract; what the integration answered, its error included. */
  call(
    connectionName: string,
    name: string,
    call: Partial<Omit<FunctionCall, 'function'>> = {},
  ): Promise<CallResponse> {
    const { values, integration } = this.#of(connectionName);
    const called = values[name];
    if (called === undefined) throw refusals.unknown(`${connectionName} has no .${name} field or method`);
    return integration.call({ args: [], kwargs: {}, ...call, function: called });
  }

  /** Waits for events of a connection from now on; the subscription to pass to `nextEvent`. */
  subscribe(connectionName: string, filter = ''): Subscription {
    const { connectionId } = this.#of(connectionName).connection;
    const subscription = { connectionId, filter, queue: [] };
    this.#subscriptions.add(subscription);
    return subscription;
  }

  /** The next event of a subscription; undefined after `timeoutMs`, or when the session is ended from outside. */
  async nextEvent(subscription: Subscription, timeoutMs = Infinity): Promise<SeenEvent | undefined> {
    const end = this.#clock.monotonic() + timeoutMs;
    for (;;) {
      const event = subscription.queue.shift();
      if (event !== undefined || this.#stopped || this.#clock.monotonic() >= end) return event;
      await this.#wake(end - this.#clock.monotonic());
    }
  }

  /** Takes an event for the subscriptions that it matches; whether there was one. */
  offer(connectionId: string, event: Received): boolean {
    const matching = [...this.#subscriptions].filter(
      (subscription) => subscription.connectionId === connectionId && passes(subscription.filter, event),
    );
    for (const { queue } of matching) queue.push(seen(event));
    if (matching.length > 0) this.#wakeAll();
    return matching.length > 0;
  }

  /** Ends every wait, now and later. */
  stop(): void {
    this.#stopped = true;
    this.#wakeAll();
  }

  #wake(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = Number.isFinite(withinMs) ? this.#clock.setTimer(withinMs, () => wake()) : undefined;
      const wake = (): void => {
        timer?.cancel();
        this.#wakers.delete(wake);
        resolve();
      };
      this.#wakers.add(wake);
    });
  }

  #wakeAll(): void {
    for (const wake of [...this.#wakers]) wake();
  }

  #of(connectionName: string): Configured {
    const configured = this.#configured.find(({ connection }) => connection.name === connectionName);
    if (configured === undefined) throw refusals.notFound();
    return configured;
  }
}

function seen(event: Received): SeenEvent {
  return { eventId: event.eventId, eventType: event.eventType, data: dataToJson(event.data) };
}
