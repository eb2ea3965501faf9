import type { AutoKitteh, SessionRecord } from '../autokitteh/client.js';
import { deadline } from '../core/cancellation.js';
import type { Clock } from '../core/clock.js';
import { errorMessage } from '../core/errors.js';
import type { Delivery, EventPath } from '../delivery/delivery.js';
import type { ConnectionNames } from './connection-names.js';

/** A session that an event started, as AutoKitteh tells it. */
interface SessionView {
  readonly id: string;
  readonly state: string;
  /** RFC 3339. */
  readonly startedAt: string;
}

/** The life of one event at one connection, as operators see it: never what is in it. Times are RFC 3339. */
export interface EventView {
  readonly key: string;
  readonly type: string;
  readonly channel: string;
  readonly appId: string;
  readonly connectionId: string;
  /** Its connection's name, as `project/name`. */
  readonly connection?: string | undefined;
  readonly state: EventPath['state'];
  readonly receivedAt: string;
  /** The name of the socket in the log of the process that received it. */
  readonly socket?: string | undefined;
  /** Milliseconds since it was received. */
  readonly journaledMs?: number | undefined;
  readonly acknowledgedMs?: number | undefined;
  /** Of all dispatches the first two and the last two. */
  readonly dispatches: readonly { readonly at: string; readonly ms: number; readonly answer: string }[];
  readonly dispatched: number;
  /** Why it failed the last time, while it is in the journal. */
  readonly reason?: string | undefined;
  /** AutoKitteh's. */
  readonly eventId?: string | undefined;
  /** What the event has started; absent if AutoKitteh could not be asked, or has no event. */
  readonly sessions?: readonly SessionView[] | undefined;
  /** Why AutoKitteh could not be asked for its sessions. */
  readonly sessionsProblem?: string | undefined;
}

interface EventSearchOptions {
  readonly delivery: Pick<Delivery, 'paths'>;
  readonly server: Pick<AutoKitteh, 'sessionsOf'>;
  readonly names: ConnectionNames;
  readonly clock: Clock;
}

// For all of them: a person waits.
const LIMIT_MS = 5_000;

/** The lives of the events with an id of Slack's or of AutoKitteh's; AutoKitteh is asked what they started. */
export async function searchEvents(
  name: string,
  { delivery, server, names, clock }: EventSearchOptions,
): Promise<EventView[]> {
  const limit = deadline(clock, LIMIT_MS, 'asking AutoKitteh for sessions');
  try {
    const paths = await delivery.paths(name);
    return await Promise.all(
      paths.map(async (path): Promise<EventView> => {
        const { receivedAt, socketId, dispatches, ...others } = path;
        return {
          ...others,
          connection: names.of(path.connectionId),
          receivedAt: new Date(receivedAt).toISOString(),
          socket: socketId,
          dispatches: dispatches.map(({ at, ms, answer }) => ({
            at: new Date(at).toISOString(),
            ms,
            answer,
          })),
          ...(path.eventId === undefined ? {} : await sessionsOf(path.eventId, server, limit.signal)),
        };
      }),
    );
  } finally {
    limit.cleanup();
  }
}

async function sessionsOf(
  eventId: string,
  server: EventSearchOptions['server'],
  signal: AbortSignal,
): Promise<Pick<EventView, 'sessions' | 'sessionsProblem'>> {
  try {
    return { sessions: (await server.sessionsOf(eventId, signal)).map(sessionView) };
  } catch (error) {
    return { sessionsProblem: errorMessage(error) };
  }
}

function sessionView({ sessionId, state, createdAt }: SessionRecord): SessionView {
  return { id: sessionId, state, startedAt: new Date(createdAt).toISOString() };
}
