import { setTimeout as pause } from 'node:timers/promises';
import { seededRandom, type Random } from '../../src/core/random.js';
import { homeOf, type SlackInstallation } from '../../src/sim/slack/directory/entities.js';
import { message } from '../../src/sim/slack/frames/messages.js';
import type { ScriptedSlack } from '../../src/sim/slack/scripted-slack.js';
import type { LedgerEntry } from '../../src/sim/slack/sending/ledger-entry.js';
import { SLACK_RETRIES } from '../../src/sim/slack/sending/retry-ladder.js';
import { DEFAULT_LIMITS } from '../../src/delivery/limits.js';
import { eventually } from '../helpers/eventually.js';
import { overview } from '../world/observations.js';
import { QUICK_DELIVERY, UNHURRIED_LIVE } from '../world/policies.js';
import { openWorld, type OpenWorld } from '../world/open-world.js';
import { startServerUnderTest, type ServerUnderTest, type TestProject } from '../world/server.js';
import { socketModeVariables } from '../world/socket-mode-variables.js';
import type { FaultReport, FaultSeries } from './report.js';
import { acceptedOf } from './sent-event.js';
import { controlOf, troubleOf, TROUBLES, type ServerControl, type Trouble } from './server-control.js';
import { judgeServer, type EventThere, type ServerVerdict } from './server-verdict.js';

const CHANNELS = 8;
/** More than any run sends. */
const ALL_EVENTS = 20_000;
const PAGE = 100;

interface Pace {
  /** Between two events. */
  readonly eventsMs: number;
  /** Between two troubles, and how long each lasts, at least. */
  readonly betweenMs: number;
  readonly awayMs: number;
  /** How long a stop lasts, at least. */
  readonly stoppedMs: number;
  /** For everything to be delivered, and to have started, after the last trouble. */
  readonly settlesWithinMs: number;
}

const STAND_IN: Pace = { eventsMs: 20, betweenMs: 600, awayMs: 300, stoppedMs: 300, settlesWithinMs: 30_000 };
const EVENTS_PER_SECOND = Number(process.env['EVENTS_PER_SECOND'] ?? 5);
// Longer than a dispatch may take when the server is stopped. What has started nothing may wait for a quarter of an hour.
const REAL: Pace = {
  eventsMs: 1000 / EVENTS_PER_SECOND,
  betweenMs: 8_000,
  awayMs: 6_000,
  stoppedMs: 25_000,
  settlesWithinMs: 20 * 60_000,
};

/**
 * Takes the server away once for each seed, killed, without its Temporal or stopped, while events come. On the server that
 * the environment names, with the commands that `server-control.ts` asks for and `EVENTS_PER_SECOND`, else on a stand-in.
 */
export const run: FaultSeries = async (seeds) => {
  const random = seededRandom(seeds[0] ?? 1);
  const server = await startServerUnderTest();
  const isReal = server.standIn === undefined;
  const pace = isReal ? REAL : STAND_IN;
  const stage = await openStage(server, seeds[0] ?? 1);
  const control = controlOf(server, random);
  const { world, installation } = stage;
  const traffic = startTraffic(world.slack, installation, pace.eventsMs, random);
  let open: Trouble | undefined;
  try {
    for (const seed of seeds) {
      await pause(pace.betweenMs * (0.5 + random()));
      open = troubleOf(seed);
      const ms = open === 'stopped' ? pace.stoppedMs * (1 + random()) : pace.awayMs * (0.5 + random() * 2);
      await away(control, open, ms);
      open = undefined;
    }
    await pause(pace.betweenMs);
    const sent = await traffic.stop();
    const keys = sent.flatMap((entry) => acceptedOf(entry)?.key ?? []);
    await eventually(
      async () => (await overview(world)).delivery.waiting === 0,
      'everything delivered',
      pace.settlesWithinMs,
    );
    let verdict = judgeServer(keys, await stage.there());
    const end = Date.now() + pace.settlesWithinMs;
    while (verdict.notStarted.length > 0 && Date.now() < end) {
      await pause(pace.betweenMs);
      verdict = judgeServer(keys, await stage.there());
    }
    const rate = 1000 / pace.eventsMs;
    return report(seeds, { rate, sent: keys.length }, verdict, world.program.logged);
  } finally {
    if (open !== undefined) await control.end(open);
    await traffic.stop();
    await world.stop();
  }
};

async function away(control: ServerControl, trouble: Trouble, ms: number): Promise<void> {
  await control.begin(trouble);
  await pause(ms);
  await control.end(trouble);
}

interface Stage {
  readonly world: OpenWorld;
  readonly installation: SlackInstallation;
  there(): Promise<readonly EventThere[]>;
}

async function openStage(server: ServerUnderTest, seed: number): Promise<Stage> {
  const owner = await server.createUser();
  const project = await server.createProject(owner, {
    connections: { my_slack: {} },
    triggers: [{ connection: 'my_slack', eventType: 'message', call: 'on_event' }],
  });
  const connectionId = project.connections['my_slack'] ?? '';
  const world = await openWorld({
    // Ids that no other run left on a server that lives on.
    slack: { seed: Date.now() + seed, retries: SLACK_RETRIES },
    server: () => Promise.resolve(server),
    other: {
      live: UNHURRIED_LIVE,
      delivery: server.standIn === undefined ? DEFAULT_LIMITS : QUICK_DELIVERY,
    },
  });
  const { slack } = world;
  const app = slack.addApp('Outages');
  const workspace = slack.addWorkspace('Outages');
  for (let number = 1; number < CHANNELS; number++) workspace.addChannel(`channel-${number}`);
  const installation = slack.install(app, workspace);
  const vars = socketModeVariables(app, installation).map((each) => ({ ...each, scopeId: connectionId }));
  await owner.clients.vars.set({ vars });
  await server.deploy(project);
  await slack.waitForSockets(app, 1, 30_000);
  return { world, installation, there: () => eventsThere(server, project, connectionId) };
}

async function eventsThere(
  { system }: ServerUnderTest,
  { projectId }: TestProject,
  destinationId: string,
): Promise<readonly EventThere[]> {
  const { events } = await system.events.list({ destinationId, maxResults: ALL_EVENTS });
  // Known by their ids: a session that starts between two pages moves those after it to the next one.
  const eventsOf = new Map<string, string>();
  for (let skip = 0, isMore = true; isMore; skip += PAGE) {
    const page = await system.sessions.list({ projectId, pageSize: PAGE, skip });
    for (const { sessionId, eventId } of page.sessions) eventsOf.set(sessionId, eventId);
    isMore = page.sessions.length === PAGE;
  }
  const counts = new Map<string, number>();
  for (const eventId of eventsOf.values()) counts.set(eventId, (counts.get(eventId) ?? 0) + 1);
  return events.map(({ eventId, memo }) => ({
    key: memo['slack_event_key'] ?? '',
    sessions: counts.get(eventId) ?? 0,
  }));
}

interface Traffic {
  /** Resolves with all that was sent and acknowledged. */
  stop(): Promise<readonly LedgerEntry[]>;
}

/** Messages in channels at random. */
function startTraffic(slack: ScriptedSlack, to: SlackInstallation, everyMs: number, random: Random): Traffic {
  const entries: LedgerEntry[] = [];
  const { channels } = homeOf(to);
  const timer = setInterval(() => {
    const channel = channels[Math.floor(random() * channels.length)]!;
    entries.push(slack.send(to, message({ channel, text: `event ${entries.length}` })));
  }, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await slack.ledger.allSettled();
      return entries.filter(({ state }) => state === 'acknowledged');
    },
  };
}

function report(
  seeds: readonly number[],
  { rate, sent }: { readonly rate: number; readonly sent: number },
  { lost, startedTwice, storedTwice, notStarted, repeatedByServer }: ServerVerdict,
  logged: readonly string[],
): FaultReport {
  const lookedUp = logged.filter((line) => line.includes('had no reply')).length;
  const times = (trouble: Trouble): number => seeds.filter((seed) => troubleOf(seed) === trouble).length;
  const list = (keys: readonly string[]): string => (keys.length === 0 ? '' : `: ${keys.join(' ')}`);
  return {
    lines: [
      `the server was ${TROUBLES.map((trouble) => `${trouble} ${times(trouble)} times`).join(', ')}`,
      `acknowledged: ${sent}, ${rate} a second`,
      `dispatches without an answer: ${lookedUp}`,
      `not at the server: ${lost.length}${list(lost)}`,
      `stored twice, sent again: ${storedTwice.length}`,
      `started twice by that, two events that have started something: ${startedTwice.length}${list(startedTwice)}`,
      `started twice by the server, one event that has two sessions: ${repeatedByServer.length}${list(repeatedByServer)}`,
      `at the server, and has started nothing: ${notStarted.length}${list(notStarted)}`,
    ],
    ok: lost.length === 0 && startedTwice.length === 0 && notStarted.length === 0,
  };
}
