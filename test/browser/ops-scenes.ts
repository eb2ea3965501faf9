import { adviceFor } from '../../src/slack/errors.js';
import type { AppSocketsStatus } from '../../src/slack/status.js';
import { hour, MINUTE, nothingAt, NOW, shareOf, STILL } from './ops-hour.js';
import { EVENT, LETTERS } from './ops-letters.js';
import type { OpsState } from './ops-site.js';
import { APPS, connections, SOCKETS_WELL, told } from './ops-situation.js';

/** A state of the program, and what the status page is told in it. */
export interface OpsScene {
  readonly name: string;
  /** The event that is looked for on the page. */
  readonly event?: string;
  readonly state: () => OpsState;
}

const AWAY_FOR = 13;

const AWAY =
  'Events wait in the journal, because AutoKitteh does not accept them: no connection to the server (ECONNREFUSED)';

const REVOKED: Extract<AppSocketsStatus, { t: 'broken' }> = {
  ...SOCKETS_WELL,
  t: 'broken',
  sockets: 0,
  error: 'token_revoked',
  advice: adviceFor('token_revoked', { kind: 'app', appId: 'A08C5DHX1NF', site: 'slack.com' }),
};

export const OPS_SCENES: readonly OpsScene[] = [
  { name: 'ops-well', state: () => told({}) },
  {
    name: 'ops-server-away',
    state: () =>
      told({
        lasts: AWAY_FOR,
        troubles: {
          server: 'AutoKitteh is unreachable: no connection to the server (ECONNREFUSED)',
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
            : { dispatch: undefined, delivered: 0, waiting: Math.round((AWAY_FOR - ago) * 37.46) },
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
        // The other app has two fifths of the events.
        minutes: hour((minute, ago) => (ago > 8 ? {} : { ...shareOf(minute, 0.4), sockets: 2 })),
      }),
  },
  {
    name: 'ops-dead-letters',
    state: () =>
      told({
        letters: LETTERS,
        delivery: { dead: LETTERS.length, oldestDeadAt: LETTERS[0]?.givenUpAt },
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
        minutes: hour((_, ago) => (ago > 5 ? {} : STILL)),
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
        delivery: { diskFreeBytes: undefined, journalPlace: 'postgres://db.example.com/ak_slack' },
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

function missing(): never {
  throw new Error('the scene has no such app');
}
