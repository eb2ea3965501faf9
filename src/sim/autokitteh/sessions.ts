import { newId } from './ids.js';
import type { Registry } from './registry.js';
import { refusals, wordsOf } from './refusals.js';
import { type Configured, RunningSession, type Received } from './running-session.js';
import type { ConnectionRow, DeploymentRow, EventRow, SessionRow, Store } from './store.js';
import { Background } from '../../core/lifecycle.js';
import type { Clock } from '../../core/clock.js';
import { SessionStateType } from '../../gen/autokitteh/sessions/v1/sessions_pb.js';
import { Trigger_SourceType, type Trigger } from '../../gen/autokitteh/triggers/v1/triggers_pb.js';

/** User code, written in TypeScript, that stands for what a project's file would do. */
export type Handler = (session: RunningSession) => void | Promise<void>;

/** Runs sessions: handlers instead of Starlark and Python, with what the server gives to user code. */
export class Sessions {
  readonly #store: Store;
  readonly #registry: Registry;
  readonly #clock: Clock;
  readonly #handlers = new Map<string, Handler>();
  readonly #running = new Map<string, RunningSession>();
  readonly #background = new Background((name, error) => process.emitWarning(`${name}: ${wordsOf(error)}`));

  constructor(store: Store, registry: Registry, clock: Clock) {
    this.#store = store;
    this.#registry = registry;
    this.#clock = clock;
  }

  /** From now on `handler` runs where a trigger calls `<path>:<name>`, in every project. */
  emulate(location: string, handler: Handler): void {
    this.#handlers.set(location, handler);
  }

  /** Starts a session of an active deployment for an event; it runs on after this returned. */
  start(trigger: Trigger, deployment: DeploymentRow, event: EventRow): string {
    const row = this.#created(trigger, deployment, event);
    this.#background.run(`session ${row.sessionId}`, () => this.#run(row, event));
    return row.sessionId;
  }

  /** Makes a session that cannot be started: it stays as an error. */
  fail(trigger: Trigger, deployment: DeploymentRow, event: EventRow, words: string): void {
    const row = this.#created(trigger, deployment, event);
    row.state = SessionStateType.ERROR;
    row.error = words;
  }

  #created(trigger: Trigger, deployment: DeploymentRow, event: EventRow): SessionRow {
    const { path = '', name = '' } = trigger.codeLocation ?? {};
    const row: SessionRow = {
      sessionId: newId('ses'),
      projectId: deployment.projectId,
      deploymentId: deployment.deploymentId,
      buildId: deployment.buildId,
      eventId: event.eventId,
      entrypoint: { path, name },
      inputs: event.data,
      memo: {
        event_id: event.eventId,
        event_type: event.eventType,
        trigger_id: trigger.triggerId,
        trigger_name: trigger.name,
        trigger_source_type: Trigger_SourceType[trigger.sourceType],
        trigger_is_sync: String(trigger.isSync),
        event_destination_id: event.destinationId,
        connection_id: event.connectionId,
        connection_name: this.#store.connections.get(event.connectionId)?.name ?? '',
        org_id: event.orgId,
        project_id: deployment.projectId,
      },
      isDurable: trigger.isDurable,
      createdAt: this.#clock.now(),
      prints: [],
      state: SessionStateType.CREATED,
      error: '',
    };
    this.#store.sessions.set(row.sessionId, row);
    return row;
  }

  /** Hands an event to the sessions that wait for it; their ids. */
  signal(connectionId: string, event: Received): string[] {
    return [...this.#running].flatMap(([id, session]) => (session.offer(connectionId, event) ? [id] : []));
  }

  /** Ends a session from outside. */
  terminate(sessionId: string): void {
    this.#running.get(sessionId)?.stop();
  }

  /** Ends all sessions and waits for them. */
  async stop(): Promise<void> {
    for (const session of this.#running.values()) session.stop();
    await this.#background.idle();
  }

  async #run(row: SessionRow, event: EventRow): Promise<void> {
    row.state = SessionStateType.RUNNING;
    try {
      const configured = await this.#configured(row.projectId);
      const session = new RunningSession(row, event, configured, this.#clock, this.#variables(row.projectId));
      this.#running.set(row.sessionId, session);
      const handler = this.#handlers.get(`${row.entrypoint.path}:${row.entrypoint.name}`) ?? printEvent;
      await handler(session);
      row.state = session.stopped ? SessionStateType.STOPPED : SessionStateType.COMPLETED;
    } catch (error) {
      row.state = SessionStateType.ERROR;
      row.error = wordsOf(error);
    } finally {
      this.#running.delete(row.sessionId);
    }
  }

  /** Configures every connection that the project sees, one after another; one failure fails the session. */
  async #configured(projectId: string): Promise<Configured[]> {
    const orgId = this.#store.orgOf(projectId);
    const seen = [...this.#store.connections.values()].filter(
      (row) => row.projectId === projectId || (row.projectId === '' && row.orgId === orgId),
    );
    const configured: Configured[] = [];
    for (const connection of seen) configured.push(await this.#configure(connection));
    return configured;
  }

  #variables(projectId: string): Readonly<Record<string, string>> {
    const rows = [...(this.#store.vars.get(projectId)?.values() ?? [])];
    return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  }

  async #configure(connection: ConnectionRow): Promise<Configured> {
    const integration = await this.#registry.byId(connection.integrationId);
    if (integration === undefined) throw refusals.notFound();
    return { connection, integration, ...(await integration.configure(connection.connectionId)) };
  }
}

/** The handler of a location that nothing was registered for: prints the event's type and data as one JSON object. */
function printEvent(session: RunningSession): void {
  session.print(JSON.stringify({ event_type: session.event.eventType, data: session.event.data }));
}
