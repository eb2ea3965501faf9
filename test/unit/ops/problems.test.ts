import { describe, expect, it } from 'vitest';
import { Health } from '../../../src/core/health.js';
import type { ConnectionView } from '../../../src/ops/overview.js';
import type { ProblemFacts } from '../../../src/ops/problem-facts.js';
import { problemsOf, verdictOfProgram } from '../../../src/ops/problems.js';
import type { AppSocketsStatus } from '../../../src/slack/status.js';

const NOW = Date.UTC(2026, 0, 5, 12);
const GIB = 1024 ** 3;

const LIVE: AppSocketsStatus = {
  ...{ t: 'live', sockets: 2, wanted: 2, foreign: 0, tokens: [], answered: true, greeted: true },
};

function connection(more: Partial<ConnectionView> = {}): ConnectionView {
  return {
    ...{ id: 'con_1', name: 'my_slack', projectId: 'prj_1', project: 'support', appId: 'A1' },
    ...{ active: true, waiting: 0, dead: 0, delivered: 0, page: 'https://ak.example.com/slack?cid=con_1' },
    status: { code: 'ok', message: 'Using Socket Mode: 2 sockets live' },
    ...more,
  };
}

interface Changed extends Omit<Partial<ProblemFacts>, 'delivery'> {
  readonly delivery?: Partial<ProblemFacts['delivery']>;
}

function facts(more: Changed = {}): ProblemFacts & { readonly health: Health } {
  return {
    ...{ rights: 'sufficient', hasListed: true, now: NOW, replicas: [] },
    apps: [{ id: 'A1', status: LIVE }],
    connections: [connection()],
    ...more,
    delivery: {
      ...{ waiting: 0, inFlight: 0, dead: 0, concurrency: 28, journalPlace: '/var/lib/ak/journal.sqlite' },
      ...{ journalUsedBytes: 0, journalBytes: 0, journalMaxBytes: 4 * GIB, diskFreeBytes: 90 * GIB },
      ...more.delivery,
    },
    health: new Health(),
  };
}

/** Each problem on a line. */
function told(of: ProblemFacts): string[] {
  return problemsOf(of).map(
    ({ severity, sentence, impact, advice }) => `${severity}: ${sentence} ${impact} ${advice}`,
  );
}

describe('The verdict', () => {
  it('Nothing is wrong where everything is as it should be', () => {
    expect(told(facts())).toEqual([]);
    expect(verdictOfProgram([])).toBe('well');
  });

  it.each<[string, Changed, RegExp]>([
    [
      'there are dead letters',
      { delivery: { dead: 3 } },
      /^degraded: 3 events could not be delivered.*keeps dead letters for 30 days.*send the event again/,
    ],
    [
      'an event has waited for minutes',
      { delivery: { waiting: 7, oldestWaitingAt: new Date(NOW - 250_000).toISOString() } },
      /^degraded: 7 events wait for AutoKitteh, the oldest for 4 min\. Nothing is lost/,
    ],
    [
      'an app has too few sockets',
      {
        apps: [
          {
            id: 'A1',
            status: {
              ...LIVE,
              t: 'degraded',
              sockets: 1,
              reason: 'Slack limits the rate',
              doing: 'retrying',
            },
          },
        ],
      },
      /^degraded: Slack app A1 \(support\/my_slack\) has fewer sockets than it should\. Nothing is lost: .* Slack limits the rate\. Retrying\.$/,
    ],
    [
      'no app has a socket',
      {
        apps: [
          {
            id: 'A1',
            status: {
              ...LIVE,
              t: 'broken',
              sockets: 0,
              error: 'token_revoked',
              advice: 'the token was revoked: copy it again',
            },
          },
        ],
      },
      /^broken: Slack app A1 \(support\/my_slack\) gets no events\. Events that Slack cannot deliver are lost, .* The token was revoked: copy it again\.$/,
    ],
    ['the rights are not known', { rights: 'untried' }, /^degraded: It is not known yet/],
    [
      'the journal is nearly full',
      { delivery: { journalUsedBytes: 3.6 * GIB } },
      /^degraded: The journal is 90% full: 3\.6 GiB of 4 GiB\. Nothing is lost yet/,
    ],
    [
      'the disk is nearly full',
      { delivery: { diskFreeBytes: 200 * 1024 ** 2 } },
      /^degraded: The disk of the journal has 200 MiB left\. Nothing is lost yet.* Free space on it\. The journal is \/var\/lib\/ak\/journal\.sqlite\.$/,
    ],
    [
      'a replica is gone',
      { replicas: [{ name: 'b', state: 'gone', isThis: false, sockets: 0, seenAt: '' }] },
      /^degraded: Replica b is gone: .* Nothing is lost/,
    ],
  ])('Something is wrong when %s', (_, more, expected) => {
    expect(told(facts(more))).toEqual([expect.stringMatching(expected)]);
  });

  it('An event that has just come in is no backlog, and a connection without a deployment is no problem', () => {
    const fresh = { waiting: 2, oldestWaitingAt: new Date(NOW - 1_000).toISOString() };
    const idle = connection({ active: false, status: { code: 'error', message: 'Slack refused: it' } });
    expect(told(facts({ delivery: fresh, connections: [idle] }))).toEqual([]);
  });
});

describe('The problems', () => {
  it('The worst comes first, and what is wrong with everything is not told again for each connection', () => {
    const trouble = 'Events wait in the journal, because AutoKitteh does not accept them: connection refused';
    const connections = Array.from({ length: 40 }, (_, at) =>
      connection({ id: `con_${at}`, status: { code: 'warning', message: trouble } }),
    );
    const all = facts({ connections, delivery: { dead: 1, waiting: 12 } });
    all.health.set('delivery', [trouble]);
    expect(told(all)).toEqual([
      expect.stringMatching(
        /^broken: AutoKitteh does not accept events: connection refused\..*12 events wait in the journal/,
      ),
      expect.stringMatching(/^degraded: 1 event could not be delivered and is a dead letter/),
    ]);
    expect(verdictOfProgram(problemsOf(all))).toBe('broken');
  });

  it('A server that is away is told once, with what happens to the events', () => {
    const away = facts();
    away.health.set('server', ['AutoKitteh is unreachable: connect ECONNREFUSED']);
    away.health.set('delivery', [
      'Events wait in the journal, because AutoKitteh does not accept them: the same',
    ]);
    expect(told(away)).toEqual([
      expect.stringMatching(
        /^broken: AutoKitteh is unreachable: connect ECONNREFUSED\. Nothing is lost: .* Start the AutoKitteh server/,
      ),
    ]);
  });

  it('Connections with the same trouble share a line that names them', () => {
    const status = {
      code: 'error',
      message: 'Slack refused the bot token (token_revoked): save a new one',
    } as const;
    const connections = ['a', 'b', 'c', 'd', 'e'].map((project) =>
      connection({ id: project, project, status }),
    );
    expect(told(facts({ connections }))).toEqual([
      'failing: a/my_slack, b/my_slack, c/my_slack and 2 more: Slack refused the bot token (token_revoked). ' +
        'Events for them start no workflow meanwhile, and are lost. Save a new one.',
    ]);
  });

  it('An app of several without sockets does not make everything broken', () => {
    const broken: AppSocketsStatus = {
      ...LIVE,
      t: 'broken',
      sockets: 0,
      error: 'x',
      advice: 'copy the token again',
    };
    const of = facts({
      apps: [
        { id: 'A1', status: LIVE },
        { id: 'A2', status: broken },
      ],
    });
    expect(told(of)).toEqual([
      expect.stringMatching(/^failing: Slack app A2 gets no events\. .* Copy the token again\.$/),
    ]);
    expect(verdictOfProgram(problemsOf(of))).toBe('degraded');
  });

  it('A journal that cannot be written says what to do, and is not told again as a full disk', () => {
    const full = facts({ delivery: { diskFreeBytes: 0 } });
    full.health.set('journal', [
      'Events are not accepted, because the journal cannot be written: The disk of the journal is full: free space on it; the program then accepts events again by itself.',
    ]);
    expect(told(full)).toEqual([
      expect.stringMatching(
        /^broken: Events are not accepted, because the journal cannot be written: the disk of the journal is full\. What is in the journal stays there\. .* Free space on it; the program then accepts events again by itself\. The journal is \/var\/lib\/ak\/journal\.sqlite\.$/,
      ),
    ]);
  });

  it('A journal that fails for a reason without advice says so with its place', () => {
    const refused = facts({ delivery: { journalPlace: 'postgres://db/ak' } });
    refused.health.set('journal', [
      'Events are not accepted, because the journal cannot be written: PostgreSQL refuses the role of JOURNAL_URL. (PostgreSQL: no)',
    ]);
    expect(told(refused)).toEqual([
      expect.stringMatching(
        /^broken: Events are not accepted, because the journal cannot be written: PostgreSQL refuses the role of JOURNAL_URL\. \(PostgreSQL: no\)\. What is in .* Mend that: the program tries again by itself\. The journal is postgres:\/\/db\/ak\.$/,
      ),
    ]);
  });

  it('Advice about the page of a connection names it and leads to it, of the app that it serves, too', () => {
    const advice = "make a new token, and save it on this connection's page";
    const status: AppSocketsStatus = { ...LIVE, t: 'broken', sockets: 0, error: 'token_revoked', advice };
    const connections = ['support', 'rota'].map((project) =>
      connection({ id: `con_${project}`, project, page: `https://ak.example.com/slack?cid=con_${project}` }),
    );
    const [ofApp] = problemsOf(facts({ connections, apps: [{ id: 'A1', status }] }));
    expect(ofApp).toMatchObject({
      advice: 'Make a new token, and save it on the pages of support/my_slack and rota/my_slack.',
      pages: [
        { name: 'support/my_slack', url: 'https://ak.example.com/slack?cid=con_support' },
        { name: 'rota/my_slack', url: 'https://ak.example.com/slack?cid=con_rota' },
      ],
    });
    const message =
      "Slack refused the bot token (x): install the app again, and save it on this connection's page";
    const [ofConnection] = problemsOf(
      facts({ connections: [connection({ status: { code: 'error', message } })] }),
    );
    expect(ofConnection).toMatchObject({
      advice: 'Install the app again, and save it on the page of support/my_slack.',
      pages: [{ name: 'support/my_slack' }],
    });
  });
});
