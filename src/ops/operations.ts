import type { Hono } from 'hono';
import type { Registry } from 'prom-client';
import type { AutoKitteh } from '../autokitteh/client.js';
import { ProjectNames } from '../connections/project-names.js';
import type { Clock } from '../core/clock.js';
import type { Log } from '../core/log.js';
import type { Cluster } from '../storage/cluster.js';
import { OpsAccess } from './access.js';
import { adminRoutes } from './admin.js';
import { connectionNames, type ConnectionNames } from './connection-names.js';
import { DeadLetterDesk } from './dead-letter-desk.js';
import { searchEvents } from './event-search.js';
import { History } from './history.js';
import { createMetrics, type MetricsSources } from './metrics/metrics.js';
import { Onsets } from './onsets.js';
import { ReplicaWatch } from './replica-watch.js';
import { gaugesOf, overviewOf, type Observed } from './status-of-program.js';

export interface OperationsOptions
  extends
    Omit<Observed, 'projects' | 'replicas' | 'onsets' | 'startedAt' | 'clock'>,
    Pick<
      MetricsSources,
      | 'receiver'
      | 'faults'
      | 'refusals'
      | 'responses'
      | 'slackFailures'
      | 'gateway'
      | 'webSockets'
      | 'exports'
    > {
  readonly cluster: Cluster;
  /** The credential of `/metrics` and `/ops/`. */
  readonly opsToken: string;
  /** The address that people reach the program at, if it is configured. */
  readonly publicUrl: string | undefined;
  /** Asked for the names of projects and the sessions of an event. */
  readonly server: Pick<AutoKitteh, 'projectName' | 'sessionsOf'>;
  readonly clock: Clock;
  readonly log: Pick<Log, 'info'>;
}

/** What operators see of the program. */
export interface Operations {
  /** `/metrics` and `/ops/`. */
  readonly routes: Hono;
  readonly names: ConnectionNames;
  readonly deadLetters: DeadLetterDesk;
  /** What `/metrics` shows. */
  readonly metrics: Registry;
  /** From here on this is the credential; the one before, and sessions that were opened with it, open nothing. */
  replaceToken(token: string): void;
  stop(): Promise<void>;
}

/** Begins to watch the program; nothing of it waits for that. */
export function createOperations(options: OperationsOptions): Operations {
  const { clock, delivery, server, sockets, live } = options;
  const projects = new ProjectNames({ server, clock });
  let listed: ReadonlySet<string> | undefined;
  let projectIds: ReadonlySet<string> = new Set();
  const unsubscribe = live.listed.subscribe((ids) => {
    // A connection stays in its project.
    if (ids !== listed)
      projectIds = new Set([...live.registry.all()].flatMap(({ record }) => record.projectId || []));
    listed = ids;
    projects.look(projectIds);
  });
  const replicas = new ReplicaWatch(options.cluster, clock);
  const onsets = new Onsets();
  const observed: Observed = { ...options, projects, replicas, onsets, startedAt: clock.now() };
  const history = new History({
    delivery: delivery.events,
    sockets: sockets.events,
    // With a look at everything else: when a problem began is known although nobody opens the page.
    waiting: async () => (await overviewOf(observed)).delivery.waiting,
    clock,
  });
  history.start();
  const metrics = createMetrics({
    ...options,
    delivery: delivery.events,
    sockets: sockets.events,
    gauges: () => gaugesOf(observed),
    lookFailed: live.lookFailed,
  });
  const names = connectionNames(live.registry, projects);
  const desk = new DeadLetterDesk({ letters: delivery.deadLetters, names, clock, log: options.log });
  const ports = {
    overview: () => overviewOf(observed),
    minutes: () => history.minutes(),
    deadLetters: desk,
    events: (id: string) => searchEvents(id, { delivery, server, names, clock }),
    metrics,
  };
  const access = new OpsAccess(options.opsToken, clock, options.publicUrl);
  return {
    routes: adminRoutes(ports, access),
    deadLetters: desk,
    names,
    metrics,
    replaceToken: (token) => access.replaceToken(token),
    async stop() {
      unsubscribe();
      history.stop();
      replicas.stop();
      await projects.stop();
    },
  };
}
