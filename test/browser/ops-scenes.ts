import { CONDITIONS, Health } from '../../src/core/health.js';
import { seededRandom } from '../../src/core/random.js';
import type { EventView } from '../../src/ops/event-search.js';
import type { Minute } from '../../src/ops/history.js';
import type { AppView, ConnectionView, DeadLetter, Overview } from '../../src/ops/overview.js';
import { Onsets } from '../../src/ops/onsets.js';
import { problemsOf, verdictOfProgram } from '../../src/ops/problems.js';
import { adviceFor } from '../../src/slack/errors.js';
import type { AppSocketsStatus, SocketFacts } from '../../src/slack/status.js';
import type { OpsState } from './ops-site.js';

/** A state of the program, and what the status page is told in it. */
export interface OpsScene {
  readonly name: string;
  /** The event that is looked for on the page. */
  readonly event?: string;
  readonly state: () => OpsState;
}

const MINUTE = 60_000;
const GIB = 1024 ** 3;
// Pictures that are made again differ only where the page does.
const NOW = Date.UTC(2026, 4, 4, 9, 41, 7);

const SOCKETS_WELL = {
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

function connections(
  change: (connection: ConnectionView, index: number) => Partial<ConnectionView> = () => ({}),
): ConnectionView[] {
  return PROJECTS.map(([projectId, project, appId], index) => {
    const connection: ConnectionView = {
      id: `con_01j2x5k8w3f4m6n7p9q0r1s2t${index}`,
      ...{ name: 'my_slack', projectId, project, appId, active: true, waiting: 0, dead: 0 },
      delivered: 812 - 90 * index,
      status: { code: 'ok', message: 'Using Socket Mode in Acme: 2 sockets live' },
      lastEventAt: new Date(NOW - (index + 1) * 47_000).toISOString(),
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

interface App {
  readonly id: string;
  readonly status: AppSocketsStatus;
  readonly list: readonly SocketFacts[];
}

const APPS: readonly App[] = [
  { id: 'A07QKJ2B4MT', status: LIVE, list: SOCKETS },
  { id: 'A08C5DHX1NF', status: LIVE, list: [socket('s5', 33), socket('s6', 4, { inFlight: 1 })] },
];

interface Situation {
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
function told(situation: Situation): OpsState {
  const health = new Health();
  for (const name of CONDITIONS) {
    const trouble = situation.troubles?.[name];
    if (trouble !== undefined) health.set(name, [trouble]);
  }
  const apps = situation.apps ?? APPS;
  const delivery: Overview['delivery'] = {
    ...{ waiting: 0, inFlight: 1, dead: 0, concurrency: 28 },
    ...{ journalUsedBytes: 31_400_000, journalBytes: 48_000_000, journalMaxBytes: 4 * GIB },
    diskFreeBytes: 62 * GIB,
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

/** An hour of traffic, minute by minute; `change` says what is otherwise so many minutes ago. */
function hour(change: (minute: Minute, ago: number) => Partial<Minute> = () => ({})): Minute[] {
  const random = seededRandom(7);
  return Array.from({ length: 60 }, (_, index) => {
    const ago = 59 - index;
    const wave = 34 + 14 * Math.sin(index / 7) + 12 * random();
    const slow = 1 + 0.5 * random();
    const minute: Minute = {
      at: Math.floor(NOW / MINUTE) * MINUTE - ago * MINUTE,
      events: Math.round(ago === 0 ? wave / 8 : wave),
      acknowledgement: { p50: Math.round(6 * slow), p99: Math.round(21 * slow + 18 * random()) },
      delivered: Math.round(ago === 0 ? wave / 8 : wave),
      dispatch: { p50: Math.round(38 * slow), p99: Math.round(120 * slow + 90 * random()) },
      sockets: index % 23 === 11 ? 5 : 4,
      waiting: Math.round(2 * random()),
    };
    return { ...minute, ...change(minute, ago) };
  });
}

const AWAY_FOR = 13;

const AWAY =
  'Events wait in the journal, because AutoKitteh does not accept them: connect ECONNREFUSED 127.0.0.1:9980';

const REVOKED: Extract<AppSocketsStatus, { t: 'broken' }> = {
  ...SOCKETS_WELL,
  t: 'broken',
  sockets: 0,
  error: 'token_revoked',
  advice: adviceFor('token_revoked', { kind: 'app', appId: 'A08C5DHX1NF', site: 'slack.com' }),
};

const LETTERS: readonly DeadLetter[] = [
  ['message', 'C07TRIAGE01', 0, 'the event is too large for AutoKitteh: 4.3 MiB, and it accepts 4 MiB', 3],
  [
    'slash_command',
    'C07ONCALL02',
    4,
    'AutoKitteh refused it 8 times: invalid argument: data: map: too many entries',
    26,
  ],
  [
    'block_actions',
    'C07TRIAGE01',
    0,
    'AutoKitteh refused it 8 times: invalid argument: data: map: too many entries',
    190,
  ],
].map(([type, channel, at, reason, minutes], index) => ({
  id: 41 + index,
  appId: at === 4 ? 'A08C5DHX1NF' : 'A07QKJ2B4MT',
  attempts: 8,
  receivedAt: new Date(NOW - (Number(minutes) + 2) * MINUTE).toISOString(),
  connectionId: `con_01j2x5k8w3f4m6n7p9q0r1s2t${at}`,
  kind: type === 'message' ? 'events_api' : 'interactive',
  ...{ type: String(type), channel: String(channel), reason: String(reason) },
  key: `Ev07QX4M2${index}TZ`,
  givenUpAt: new Date(NOW - Number(minutes) * MINUTE).toISOString(),
}));

const EVENT: EventView = {
  ...{ key: 'Ev07QX4M21TZ', type: 'app_mention', channel: 'C07TRIAGE01', appId: 'A07QKJ2B4MT' },
  ...{ connectionId: 'con_01j2x5k8w3f4m6n7p9q0r1s2t0', connection: 'support-desk/my_slack' },
  ...{ state: 'delivered', socket: 's3', journaledMs: 4, acknowledgedMs: 7, dispatched: 2 },
  receivedAt: new Date(NOW - 12 * MINUTE).toISOString(),
  dispatches: [
    { at: new Date(NOW - 12 * MINUTE + 8).toISOString(), ms: 31, answer: 'failed' },
    { at: new Date(NOW - 12 * MINUTE + 1_050).toISOString(), ms: 44, answer: 'delivered' },
  ],
  eventId: 'evt_01j2x5m3d8f0e9r7s6t5v4w3x2',
  sessions: [
    {
      ...{ id: 'ses_01j2x5m3f1a2b3c4d5e6f7g8h9', state: 'completed' },
      startedAt: new Date(NOW - 12 * MINUTE + 1_200).toISOString(),
    },
  ],
};

export const OPS_SCENES: readonly OpsScene[] = [
  { name: 'ops-well', state: () => told({}) },
  {
    name: 'ops-server-away',
    state: () =>
      told({
        lasts: AWAY_FOR,
        troubles: {
          server: 'AutoKitteh is unreachable: connect ECONNREFUSED 127.0.0.1:9980',
          delivery: AWAY,
        },
        delivery: {
          ...{ waiting: 487, inFlight: 0, journalUsedBytes: 35_000_000 },
          oldestWaitingAt: new Date(NOW - AWAY_FOR * MINUTE).toISOString(),
        },
        connections: connections((_, index) => ({
          status: { code: 'warning', message: AWAY },
          waiting: [211, 124, 88, 40, 24][index] ?? 0,
          lastEventAt: new Date(NOW - AWAY_FOR * MINUTE - index * 9_000).toISOString(),
        })),
        minutes: hour((_, ago) =>
          ago >= AWAY_FOR
            ? {}
            : { dispatch: undefined, delivered: 0, waiting: Math.round((AWAY_FOR - ago) * 37.5) },
        ),
      }),
  },
  {
    name: 'ops-token-revoked',
    state: () =>
      told({
        lasts: 9,
        apps: [APPS[0] ?? missing(), { id: 'A08C5DHX1NF', status: REVOKED, list: [] }],
        connections: connections(({ appId }) =>
          appId === 'A08C5DHX1NF'
            ? {
                status: {
                  code: 'error',
                  message: `Slack refused the app-level token (token_revoked): ${REVOKED.advice}`,
                },
                lastEventAt: new Date(NOW - 9 * MINUTE).toISOString(),
              }
            : {},
        ),
        minutes: hour((minute, ago) =>
          ago > 8 ? {} : { sockets: 2, events: Math.round((minute.events ?? 0) * 0.7) },
        ),
      }),
  },
  {
    name: 'ops-dead-letters',
    state: () =>
      told({
        letters: LETTERS,
        delivery: { dead: LETTERS.length, oldestDeadAt: LETTERS.at(-1)?.givenUpAt },
        connections: connections((_, index) => ({ dead: index === 0 ? 2 : index === 4 ? 1 : 0 })),
      }),
  },
  {
    name: 'ops-disk-full',
    state: () => {
      const trouble =
        'Events are not accepted, because the journal cannot be written: The disk of the journal is full: free space on it; the program then accepts events again by itself, without a restart. (SQLite: database or disk is full)';
      return told({
        lasts: 6,
        troubles: { journal: trouble },
        delivery: { diskFreeBytes: 0 },
        connections: connections((_, index) => ({
          status: { code: 'warning', message: trouble },
          lastEventAt: new Date(NOW - 6 * MINUTE - index * 11_000).toISOString(),
        })),
        minutes: hour((_, ago) =>
          ago > 5
            ? {}
            : { acknowledgement: undefined, dispatch: undefined, delivered: 0, waiting: undefined },
        ),
      });
    },
  },
  {
    name: 'ops-replicas',
    state: () =>
      told({
        replicas: [
          {
            name: 'ak-slack-0',
            state: 'live',
            isThis: true,
            sockets: 2,
            seenAt: new Date(NOW).toISOString(),
          },
          {
            name: 'ak-slack-1',
            state: 'gone',
            isThis: false,
            sockets: 0,
            seenAt: new Date(NOW - 4 * MINUTE).toISOString(),
          },
          {
            name: 'ak-slack-2',
            state: 'live',
            isThis: false,
            sockets: 2,
            seenAt: new Date(NOW).toISOString(),
          },
        ],
        delivery: { diskFreeBytes: undefined },
      }),
  },
  { name: 'ops-event', event: EVENT.key, state: () => told({ events: [EVENT] }) },
  {
    name: 'ops-new',
    state: () =>
      told({
        ...{ apps: [], connections: [] },
        minutes: hour((minute, ago) =>
          ago > 1
            ? nothingAt(minute.at)
            : { ...nothingAt(minute.at), events: 0, delivered: 0, sockets: 0, waiting: 0 },
        ),
      }),
  },
];

function nothingAt(at: number): Minute {
  return {
    at,
    ...{ events: undefined, delivered: undefined, acknowledgement: undefined, dispatch: undefined },
    ...{ sockets: undefined, waiting: undefined },
  };
}

function missing(): never {
  throw new Error('the scene has no such app');
}
