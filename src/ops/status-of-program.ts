import type { RightsState } from '../autokitteh/rights-check.js';
import type { ActivityLog } from '../connections/activity.js';
import type { LiveConnections } from '../connections/live-connections.js';
import type { ProjectNames } from '../connections/project-names.js';
import { usesSocketMode } from '../connections/variables.js';
import type { Clock } from '../core/clock.js';
import { CONDITIONS, type Condition, type Health } from '../core/health.js';
import { inTurns } from '../core/in-turns.js';
import type { Delivery } from '../delivery/delivery.js';
import type { SlackSockets } from '../slack/sockets.js';
import type { AppSocketsStatus } from '../slack/status.js';
import type { Gauges } from './metrics/gauges.js';
import type { AppView, ConnectionView, Overview } from './overview.js';
import type { Onsets } from './onsets.js';
import { problemsOf, verdictOfProgram } from './problems.js';
import type { ReplicaWatch } from './replica-watch.js';

/** The parts that are looked at. */
export interface Observed {
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly clock: Pick<Clock, 'now'>;
  readonly live: LiveConnections;
  readonly projects: Pick<ProjectNames, 'of'>;
  readonly sockets: SlackSockets;
  readonly delivery: Delivery;
  readonly activity: ActivityLog;
  readonly health: Health;
  readonly rights: () => RightsState;
  readonly replicas: Pick<ReplicaWatch, 'views'>;
  readonly onsets: Onsets;
  /** Where the journal is, as it may be shown to operators. */
  readonly journalPlace: string;
  /** The address of a connection's page. */
  readonly pageOf: (connectionId: string) => string;
}

const WELL: Readonly<Record<Condition, string>> = {
  rights: 'AutoKitteh grants all required rights.',
  server: 'AutoKitteh is reachable.',
  journal: 'Events can be written to the journal.',
  delivery: 'AutoKitteh accepts events.',
  apps: 'Each Slack app has all of its sockets.',
};

// Some ten microseconds each: events have their turns in between.
const VIEWED_A_TURN = 50;

/** Everything at a glance, without secrets. */
export async function overviewOf(observed: Observed): Promise<Overview> {
  const { live, sockets, health, version, rights, clock } = observed;
  const stats = await observed.delivery.stats();
  const now = clock.now();
  const { journal } = stats;
  const [oldestDead] =
    stats.dead === 0 ? [] : await observed.delivery.deadLetters.list({ after: 0, limit: 1 });
  const delivery: Overview['delivery'] = {
    waiting: stats.waiting,
    oldestWaitingAt: timeOf(journal.oldestWaitingAt),
    inFlight: stats.inFlight,
    dead: stats.dead,
    oldestDeadAt: timeOf(oldestDead?.settledAt),
    concurrency: stats.concurrency,
    journalPlace: observed.journalPlace,
    journalUsedBytes: journal.usedBytes,
    journalBytes: journal.fileBytes,
    journalMaxBytes: journal.maxBytes,
    diskFreeBytes: journal.freeBytes,
  };
  const connections = await connectionViews(observed, journal);
  const apps: { readonly id: string; readonly status: AppSocketsStatus; readonly list: AppView['list'] }[] =
    [];
  await inTurns(live.apps(), VIEWED_A_TURN, (id) => {
    const status = sockets.status(id);
    if (status !== undefined) apps.push({ id, status, list: sockets.list(id) });
  });
  let own = 0;
  for (const { list } of apps) for (const { state } of list) if (state === 'live') own += 1;
  const replicas = observed.replicas.views(live.apps(), own);
  const found = problemsOf({
    ...{ health, apps, connections, delivery, replicas, now },
    rights: rights().t,
    hasListed: live.appsToServe() !== undefined,
  });
  const problems = observed.onsets.date(found, now);
  return {
    version,
    startedAt: new Date(observed.startedAt).toISOString(),
    at: new Date(now).toISOString(),
    verdict: verdictOfProgram(problems),
    problems,
    conditions: CONDITIONS.map((name) => {
      const unwell = health.problems(name);
      return { name, ok: unwell.length === 0, message: unwell.join(' ') || WELL[name] };
    }),
    connections,
    otherConnections: live.registry.size - connections.length,
    apps: apps.map(({ id, status, list }): AppView => {
      const { t: state, sockets: open, wanted, foreign } = status;
      return { ...{ id, state, wanted, ghosts: foreign }, sockets: open, list };
    }),
    delivery,
    replicas,
  };
}

type JournalCounts = Awaited<ReturnType<Delivery['stats']>>['journal'];

async function connectionViews(observed: Observed, { sources }: JournalCounts): Promise<ConnectionView[]> {
  const { live, projects, activity } = observed;
  const counts = new Map<string, { waiting: number; dead: number }>();
  for (const { connectionId, waiting, dead } of sources) {
    const before = counts.get(connectionId) ?? { waiting: 0, dead: 0 };
    counts.set(connectionId, { waiting: before.waiting + waiting, dead: before.dead + dead });
  }
  const views: ConnectionView[] = [];
  await inTurns(live.registry.all(), VIEWED_A_TURN, (entry) => {
    if (!usesSocketMode(entry)) return;
    const { record, setup, active } = entry;
    const { id, name, projectId } = record;
    const { delivered, lastEvent } = activity.of(id);
    views.push({
      ...{ id, name, projectId, active, delivered },
      project: projects.of(projectId),
      page: observed.pageOf(id),
      appId: setup.t === 'complete' ? setup.appId : undefined,
      status: live.current(id),
      ...(counts.get(id) ?? { waiting: 0, dead: 0 }),
      lastEventAt: timeOf(lastEvent?.at),
    });
  });
  return views;
}

/** RFC 3339 from milliseconds since 1970. */
function timeOf(milliseconds: number | undefined): string | undefined {
  return milliseconds === undefined ? undefined : new Date(milliseconds).toISOString();
}

/** The same for Prometheus. */
export async function gaugesOf(observed: Observed): Promise<Gauges> {
  const { sockets, delivery: counted } = observed;
  const [{ apps, connections, delivery, replicas, at }, { journal }] = await Promise.all([
    overviewOf(observed),
    counted.stats(),
  ]);
  const byStatus = new Map<string, number>();
  for (const { status } of connections) byStatus.set(status.code, (byStatus.get(status.code) ?? 0) + 1);
  const byState = new Map<string, number>();
  for (const { state } of replicas) byState.set(state, (byState.get(state) ?? 0) + 1);
  // Events come from sockets alone, so Slack has confirmed the apps of which the journal has any.
  const inJournal = new Set(journal.sources.map(({ appId }) => appId));
  const confirmed = apps.filter(({ id }) => inJournal.has(id) || sockets.status(id)?.greeted === true);
  return {
    ...delivery,
    oldestWaiting:
      delivery.oldestWaitingAt === undefined
        ? 0
        : Math.max(0, Date.parse(at) - Date.parse(delivery.oldestWaitingAt)) / 1_000,
    diskFreeBytes: delivery.diskFreeBytes,
    // Those of this process: each tells its own.
    sockets: new Map(
      confirmed.map(({ id, list }) => [id, list.filter(({ state }) => state === 'live').length]),
    ),
    socketsWanted: new Map(confirmed.map(({ id, wanted }) => [id, wanted])),
    waitingByApp: sumByApp(journal.sources.map(({ appId, waiting }) => [appId, waiting])),
    deadByApp: sumByApp(journal.sources.map(({ appId, dead }) => [appId, dead])),
    connections: byStatus,
    replicas: byState,
  };
}

function sumByApp(counts: readonly (readonly [appId: string, count: number])[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [appId, count] of counts) sums.set(appId, (sums.get(appId) ?? 0) + count);
  return sums;
}
