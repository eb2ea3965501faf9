import type { AutoKitteh } from '../autokitteh/client.js';
import { takesEventsOf } from '../autokitteh/trigger-match.js';
import { whyNoSession } from '../autokitteh/why-no-session.js';
import { systemClock, sleep } from '../core/clock.js';
import type { AuthorServer } from './author-server.js';
import type { ServedConnection } from './connection.js';
import { FINAL } from './session-states.js';
import type { Timeline } from './timeline.js';

type Line = Pick<
  AutoKitteh,
  'connection' | 'sessionsOf' | 'listTriggers' | 'hasSession' | 'activeDeployments'
>;

interface WatchedEvent {
  readonly sent: number;
  readonly eventId: string;
  readonly eventType: string;
  /** Monotonic time at which the server had taken it. */
  readonly since: number;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Whether a session of the project ran when the server had taken it; asked at once, since the event may end that session. */
  readonly isWaitedFor: Promise<boolean>;
  /** By id: its state, and how many of its prints were told. */
  readonly sessions: Map<string, { state: string; prints: number }>;
}

const EVERY_MS = 400;
// A session of Python code begins within seconds, but the first one of a build may take longer.
const NONE_AFTER_MS = 15_000;
// Sessions that wait for more events are watched until they end, or this many newer ones came.
const MOST = 50;

/** Asks the server, again and again, what the events of a run have started and how the connection is. */
export class SessionFollower {
  readonly #line: Line;
  readonly #author: AuthorServer;
  readonly #connection: ServedConnection;
  readonly #timeline: Timeline;
  readonly #stopping = new AbortController();
  #watched: WatchedEvent[] = [];
  #status = '';
  #running: Promise<void> | undefined;

  constructor(line: Line, author: AuthorServer, connection: ServedConnection, timeline: Timeline) {
    this.#line = line;
    this.#author = author;
    this.#connection = connection;
    this.#timeline = timeline;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /** The server has taken an event: what it starts is told from now on. */
  watch(sent: number, eventId: string, eventType: string): void {
    const since = systemClock.monotonic();
    const createdAt = systemClock.now();
    const isWaitedFor = this.#isOneRunning();
    this.#watched.push({ sent, eventId, eventType, since, createdAt, isWaitedFor, sessions: new Map() });
    this.#watched = this.#watched.slice(-MOST);
  }

  async #isOneRunning(): Promise<boolean> {
    const known = this.#watched.flatMap(({ sessions }) => [...sessions.values()]);
    if (known.some(({ state }) => !FINAL.has(state))) return true;
    return this.#line.hasSession({ runningIn: this.#connection.projectId }).catch(() => false);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      // A server that is away for a moment is asked again.
      await this.#look().catch(() => undefined);
      await sleep(systemClock, EVERY_MS, signal).catch(() => undefined);
    }
  }

  async #look(): Promise<void> {
    const record = await this.#line.connection(this.#connection.id);
    const status = record?.status.message ?? 'The connection was deleted.';
    if (status !== this.#status) this.#timeline.add({ t: 'status', message: status });
    this.#status = status;
    const over: WatchedEvent[] = [];
    for (const event of this.#watched) if (await this.#isOver(event)) over.push(event);
    this.#watched = this.#watched.filter((event) => !over.includes(event));
  }

  async #isOver(event: WatchedEvent): Promise<boolean> {
    const sessions = await this.#line.sessionsOf(event.eventId);
    for (const { sessionId, state } of sessions.toReversed()) await this.#tell(event, sessionId, state);
    if (sessions.length > 0) return sessions.every(({ state }) => FINAL.has(state));
    if (systemClock.monotonic() - event.since < NONE_AFTER_MS && (await this.#mayStart(event))) return false;
    this.#timeline.add({ t: 'no_session', sent: event.sent, ...(await this.#whyNone(event)) });
    return true;
  }

  async #tell(event: WatchedEvent, sessionId: string, state: string): Promise<void> {
    const { sent, sessions } = event;
    const seen = sessions.get(sessionId) ?? { state: '', prints: 0 };
    if (FINAL.has(seen.state)) return;
    sessions.set(sessionId, seen);
    if (seen.state === '') this.#timeline.add({ t: 'session', sent, sessionId, state: 'started', error: '' });
    for (;;) {
      const texts = await this.#author.prints(sessionId, seen.prints);
      if (texts.length === 0) break;
      seen.prints += texts.length;
      for (const text of texts) this.#timeline.add({ t: 'print', sent, sessionId, text });
    }
    seen.state = state;
    if (!FINAL.has(state)) return;
    const error = state === 'error' ? await this.#author.failureOf(sessionId) : '';
    this.#timeline.add({ t: 'session', sent, sessionId, state, error });
  }

  /** Whether there is a trigger that takes events of this type, as far as can be told without its filter. */
  async #mayStart({ eventType }: WatchedEvent): Promise<boolean> {
    const triggers = await this.#line.listTriggers(this.#connection.id);
    return triggers.some((each) => each.hasCall && takesEventsOf(each.eventType, eventType));
  }

  async #whyNone(event: WatchedEvent): Promise<{ reason: string; isWaitedFor: boolean }> {
    const { id, projectId } = this.#connection;
    const [triggers, deployments, isWaitedFor] = await Promise.all([
      this.#line.listTriggers(id),
      this.#line.activeDeployments({ projectId }),
      event.isWaitedFor,
    ]);
    const why = whyNoSession(event, { triggers, deployments, isWaitedFor }, systemClock.now());
    return { reason: why?.words ?? '', isWaitedFor };
  }
}
