import { CONDITIONS, Health } from '../../src/core/health.js';
import type { EventView } from '../../src/ops/event-search.js';
import type { Minute } from '../../src/ops/history.js';
import { Onsets } from '../../src/ops/onsets.js';
import type { AppView, ConnectionView, DeadLetter, Overview } from '../../src/ops/overview.js';
import { problemsOf, verdictOfProgram } from '../../src/ops/problems.js';
import type { AppSocketsStatus, SocketFacts } from '../../src/slack/status.js';
import { hour, MINUTE, NOW } from './ops-hour.js';
import type { OpsState } from './ops-site.js';

const GIB = 1024 ** 3;

export const SOCKETS_WELL = {
  sockets: 2,
  wanted: 2,
  foreign: 0,
  tokens: [],
  answered: true,
  greeted: true,
} as const;

const LIVE: AppSocketsStatus = { t: 'live', ...SOCKETS_WELL };

const PROJECTS = [
  ['prj_01', 'support-desk', 'A07QKJ2B4MT'],
  ['prj_02', 'incident-room', 'A07QKJ2B4MT'],
  ['prj_03', 'release-notes', 'A07QKJ2B4MT'],
  ['prj_04', 'expense-approvals', 'A08C5DHX1NF'],
  ['prj_05', 'on-call-rota', 'A08C5DHX1NF'],
] as const;

export function connections(
  change: (connection: ConnectionView, index: number) => Partial<ConnectionView> = () => ({}),
): ConnectionView[] {
  return PROJECTS.map(([projectId, project, appId], index) => {
    const connection: ConnectionView = {
      id: `con_01j2x5k8w3f4m6n7p9q0r1s2t${index}`,
      ...{ name: 'my_slack', projectId, project, appId, active: true, waiting: 0, dead: 0 },
      page: `https://ak.example.com/slack?cid=con_01j2x5k8w3f4m6n7p9q0r1s2t${index}&origin=web`,
      delivered: 812 - 90 * index,
      status: { code: 'ok', message: 'Using Socket Mode in Acme: 2 sockets live' },
      lastEventAt: new Date(NOW - (1 + index * 3) * 1_000).toISOString(),
    };
    return { ...connection, ...change(connection, index) };
  });
}

function socket(id: string, ageMinutes: number, more: Partial<SocketFacts> = {}): SocketFacts {
  return {
    ...{ id, state: 'live', ageMs: ageMinutes * MINUTE, inFlight: 0 },
    renewsInMs: (64 - ageMinutes) * MINUTE,
    ...more,
  };
}

const SOCKETS = [socket('s3', 51), socket('s4', 17)];

export interface App {
  readonly id: string;
  readonly status: AppSocketsStatus;
  readonly list: readonly SocketFacts[];
}

export const APPS: readonly App[] = [
  { id: 'A07QKJ2B4MT', status: LIVE, list: SOCKETS },
  { id: 'A08C5DHX1NF', status: LIVE, list: [socket('s5', 33), socket('s6', 4, { inFlight: 1 })] },
];

export interface Situation {
  /** Since how many minutes it is so, where nothing else tells. */
  readonly lasts?: number;
  readonly events?: readonly EventView[];
  readonly connections?: ConnectionView[];
  readonly apps?: readonly App[];
  readonly delivery?: Partial<Overview['delivery']>;
  readonly troubles?: Partial<Record<(typeof CONDITIONS)[number], string>>;
  readonly letters?: readonly DeadLetter[];
  readonly minutes?: Minute[];
  readonly replicas?: Overview['replicas'];
}

/** What the page is told, with the sentences that the program itself finds for such a situation. */
export function told(situation: Situation): OpsState {
  const health = new Health();
  for (const name of CONDITIONS) {
    const trouble = situation.troubles?.[name];
    if (trouble !== undefined) health.set(name, [trouble]);
  }
  const apps = situation.apps ?? APPS;
  const delivery: Overview['delivery'] = {
    ...{ waiting: 0, inFlight: 1, dead: 0, concurrency: 28 },
    ...{ journalUsedBytes: 31_400_000, journalBytes: 48_000_000, journalMaxBytes: 4 * GIB },
    ...{ diskFreeBytes: 62 * GIB, journalPlace: '/var/lib/ak-slack/journal.sqlite' },
    ...situation.delivery,
  };
  const replicas = situation.replicas ?? [];
  const shown = situation.connections ?? connections();
  const found = problemsOf({
    ...{ health, rights: 'sufficient', hasListed: true, apps, delivery, replicas, now: NOW },
    connections: shown,
  });
  const onsets = new Onsets();
  onsets.date(found, NOW - (situation.lasts ?? 0) * MINUTE);
  const problems = onsets.date(found, NOW);
  const overview: Overview = {
    ...{ version: '0.1.0', problems, delivery, replicas, connections: shown, otherConnections: 2 },
    startedAt: new Date(NOW - 3.3 * 24 * 60 * MINUTE).toISOString(),
    at: new Date(NOW).toISOString(),
    verdict: verdictOfProgram(problems),
    conditions: CONDITIONS.map((name) => ({
      name,
      ok: health.problems(name).length === 0,
      message: health.problems(name).join(' '),
    })),
    apps: apps.map(({ id, status, list }): AppView => {
      const { t: state, sockets, wanted, foreign } = status;
      return { id, state, sockets, wanted, ghosts: foreign, list };
    }),
  };
  const { letters = [], events = [], minutes = hour() } = situation;
  return { overview, letters, events, minutes };
}
