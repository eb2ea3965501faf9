import { takesEventsOf } from '../../autokitteh/trigger-match.js';
import type { AutoKitteh, SessionRecord, TriggerRecord } from '../../autokitteh/client.js';
import type { EventRecord } from '../../autokitteh/event-reads.js';
import { errorMessage } from '../../core/errors.js';
import { counted } from '../../core/words.js';
import type { EventView } from '../../ops/event-search.js';
import type { KnownConnection } from './connection-steps.js';
import type { Finding } from './finding.js';
import type { AskedProgram } from './live-steps.js';

/** What the steps before have found. */
export interface EventFacts {
  readonly known: KnownConnection;
  /** Absent where AutoKitteh has not told them. */
  readonly triggers: readonly TriggerRecord[] | undefined;
  readonly isActive: boolean | undefined;
  readonly program: AskedProgram;
}

const STEP = 'events';
// As many as a person looks at.
const MOST_EVENTS = 5;

/** The last events that AutoKitteh has of the connection: how each came, and what it started or why it started nothing. */
export async function tryEvents(
  server: Pick<AutoKitteh, 'listEvents' | 'sessionsOf'>,
  facts: EventFacts,
  signal: AbortSignal,
): Promise<Finding[]> {
  try {
    const query = { destinationId: facts.known.record.id, maxResults: MOST_EVENTS };
    const events = await server.listEvents(query, signal);
    if (events.length === 0) return [none()];
    return await Promise.all(
      events.map(async (event) => {
        const sessions = await server.sessionsOf(event.eventId, signal);
        return eventFinding(event, sessions, await lifeOf(event, facts.program), facts);
      }),
    );
  } catch (error) {
    const found = `AutoKitteh did not list the events: ${errorMessage(error)}`;
    return [{ step: STEP, verdict: 'skipped', found }];
  }
}

function none(): Finding {
  return {
    ...{ step: STEP, verdict: 'warning', found: 'AutoKitteh has no event of this connection yet.' },
    advice:
      'Do in Slack what a trigger waits for, with an account of your own and where the bot is, and run this again. If there is still none, look at the points above that are not ok.',
  };
}

/** How it went from Slack to AutoKitteh; empty where the program does not know it, or cannot be asked. */
async function lifeOf({ eventId }: EventRecord, program: AskedProgram): Promise<string> {
  if (program.t === 'silent') return '';
  try {
    const path = `/ops/events?${new URLSearchParams({ id: eventId }).toString()}`;
    const [life] = (await program.running.get(path)) as EventView[];
    if (life === undefined) return '';
    const last = life.dispatches.at(-1);
    const sent =
      last === undefined ? '' : `, dispatched after ${Date.parse(last.at) - Date.parse(life.receivedAt)} ms`;
    const acknowledged =
      life.acknowledgedMs === undefined ? '' : `, acknowledged after ${life.acknowledgedMs} ms`;
    return `, received ${life.receivedAt}${acknowledged}${sent}`;
  } catch {
    // What the program says adds to what AutoKitteh has said, and is no reason to tell nothing.
    return '';
  }
}

function eventFinding(
  { eventId, eventType, createdAt }: EventRecord,
  sessions: readonly SessionRecord[],
  life: string,
  facts: EventFacts,
): Finding {
  const at = createdAt === 0 ? '' : ` at ${new Date(createdAt).toISOString()}`;
  const event = `${eventType}${at} (${eventId})${life}`;
  if (sessions.length > 0) {
    const states = sessions.map(({ sessionId, state }) => `${sessionId}, ${state}`).join('; ');
    const hasFailed = sessions.some(({ state }) => state === 'error');
    const found = `${event}: started ${states}.`;
    if (!hasFailed) return { step: STEP, verdict: 'ok', found };
    return {
      step: STEP,
      verdict: 'warning',
      found,
      advice: '`ak session log <id>` says what went wrong in a session.',
    };
  }
  return {
    step: STEP,
    verdict: 'warning',
    found: `${event}: started no session.`,
    advice: whyNone(eventId, eventType, facts),
  };
}

/** What is known of why an event started nothing. */
function whyNone(eventId: string, eventType: string, { triggers, isActive }: EventFacts): string {
  if (isActive === false) return 'The project has no active deployment: run `ak deploy`.';
  if (triggers === undefined) return 'Look at the triggers of the project: `ak trigger list`.';
  const taking = triggers.filter(
    ({ eventType: wanted, hasCall }) => hasCall && takesEventsOf(wanted, eventType),
  );
  if (taking.length === 0) return `No trigger takes ${eventType}.`;
  const filtered = taking.filter(({ filter }) => filter !== '').length;
  if (filtered === taking.length)
    return `${counted(filtered, 'trigger')} for ${eventType} ${filtered === 1 ? 'has a filter, which was' : 'have filters, none of which was'} not true, or could not be computed: compare with the data that \`ak event get ${eventId}\` shows.`;
  return 'The trigger or the deployment may be newer than the event: cause another one.';
}
