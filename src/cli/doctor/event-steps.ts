import type { AutoKitteh, SessionRecord, TriggerRecord } from '../../autokitteh/client.js';
import type { EventRecord } from '../../autokitteh/event-reads.js';
import { whyNoSession, type NoSession, type ProjectFacts } from '../../autokitteh/why-no-session.js';
import { systemClock } from '../../core/clock.js';
import { serverReason } from '../../core/errors.js';
import { sentence, timeWords } from '../../core/words.js';
import type { EventView } from '../../ops/event-search.js';
import type { KnownConnection } from './connection-steps.js';
import type { Cause, Finding } from './finding.js';
import type { AskedProgram } from './live-steps.js';

/** What the steps before have found. */
export interface EventFacts {
  readonly known: KnownConnection;
  /** Absent where AutoKitteh has not told them. */
  readonly triggers: readonly TriggerRecord[] | undefined;
  readonly program: AskedProgram;
}

const STEP = 'events';
// As many as a person looks at.
const MOST_EVENTS = 5;

type Server = Pick<AutoKitteh, 'listEvents' | 'sessionsOf' | 'activeDeployments'>;

/** The last events that AutoKitteh has of the connection: how each came, and what it started or why it started nothing. */
export async function tryEvents(server: Server, facts: EventFacts, signal: AbortSignal): Promise<Finding[]> {
  const { id, projectId, orgId } = facts.known.record;
  const owner = projectId === '' ? { orgId } : { projectId };
  try {
    const [events, deployments] = await Promise.all([
      server.listEvents({ destinationId: id, maxResults: MOST_EVENTS }, signal),
      // Without them less is known of why an event started nothing.
      server.activeDeployments(owner, signal).catch(() => undefined),
    ]);
    if (events.length === 0) return [none()];
    const project: ProjectFacts = { triggers: facts.triggers, deployments };
    const findings = await Promise.all(
      events.map(async (event) => {
        const sessions = await server.sessionsOf(event.eventId, signal);
        return eventFinding(event, sessions, await lifeOf(event, facts.program), project);
      }),
    );
    return findings.map(onceEach());
  } catch (error) {
    const found = sentence(`AutoKitteh did not list the events: ${serverReason(error)}`);
    return [{ step: STEP, verdict: 'skipped', found }];
  }
}

/** What is to be done about several events is one problem, told with the newest of them. */
function onceEach(): (finding: Finding) => Finding {
  const told = new Set<string>();
  return (finding) => {
    const { verdict, advice } = finding;
    if (verdict !== 'warning' || advice === undefined) return finding;
    if (told.has(advice)) return { step: STEP, verdict: 'follows', found: `${finding.found} As above.` };
    told.add(advice);
    return finding;
  };
}

function none(): Finding {
  return {
    ...{ step: STEP, verdict: 'warning', found: 'AutoKitteh has no event of this connection yet.' },
    about: ['tokens', 'apps', 'deployment', 'triggers'],
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
    return `, received ${timeWords(life.receivedAt, systemClock.now(), 'second')}${acknowledged}${sent}`;
  } catch {
    // What the program says adds to what AutoKitteh has said, and is no reason to tell nothing.
    return '';
  }
}

function eventFinding(
  { eventId, eventType, createdAt }: EventRecord,
  sessions: readonly SessionRecord[],
  life: string,
  project: ProjectFacts,
): Finding {
  const now = systemClock.now();
  const at = createdAt === 0 ? '' : ` at ${timeWords(createdAt, now, 'second')}`;
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
  const why = whyNoSession({ eventId, eventType, createdAt }, project, now);
  return {
    ...{ step: STEP, verdict: 'warning', about: why === undefined ? [] : CAUSES[why.lacks] },
    found: `${event}: started no session.`,
    advice: why?.words ?? 'Look at the triggers of the project: `ak trigger list`.',
  };
}

const CAUSES: Readonly<Record<NoSession['lacks'], readonly Cause[]>> = {
  ...{ trigger: ['triggers'], function: ['triggers'], deployment: ['deployment'], event: [] },
};
