import { expect, it } from 'vitest';
import { Health } from '../../../src/core/health.js';
import { Onsets } from '../../../src/ops/onsets.js';
import { overviewOf, type Observed } from '../../../src/ops/status-of-program.js';
import { complete, entryOf } from '../connections/entries.js';

const JOURNAL = { oldestWaitingAt: undefined, usedBytes: 0, fileBytes: 0, maxBytes: 1_000, sources: [] };

/** A program with so many connections, each with an app of its own. */
function programWith(connections: number): Observed {
  const ids = Array.from({ length: connections }, (_, number) => `A${number}`);
  const entries = new Map(ids.map((id) => [id, entryOf(id, complete(id, `xapp-1-${id}-1-x`))]));
  const status = { t: 'broken', error: 'invalid_auth', advice: 'generate a token on this page' };
  const common = { sockets: 0, wanted: 2, foreign: 0, tokens: [], answered: true, greeted: false };
  const parts = {
    ...{ version: '1', startedAt: 0, journalPlace: 'here', health: new Health(), onsets: new Onsets() },
    clock: { now: () => 1_000 },
    live: {
      registry: { size: connections, all: () => entries.values() },
      apps: () => ids,
      appsToServe: () => ids,
      current: () => ({ code: 'error', message: 'Slack refused the token' }),
    },
    projects: { of: () => 'project' },
    sockets: { status: () => ({ ...status, ...common }), list: () => [] },
    delivery: {
      stats: () => Promise.resolve({ waiting: 0, inFlight: 0, dead: 0, concurrency: 1, journal: JOURNAL }),
    },
    activity: { of: () => ({ delivered: 0, dead: 0, lastEvent: undefined }) },
    rights: () => ({ t: 'granted' }),
    replicas: { views: () => [] },
    pageOf: (id: string) => `/connections/${id}`,
  };
  return parts as unknown as Observed;
}

it('While the status of a program with a thousand connections is put together, other work has its turns', async () => {
  let turns = 0;
  const count = (): void => {
    turns += 1;
    counting = setImmediate(count);
  };
  let counting = setImmediate(count);
  const { connections, apps, problems, verdict } = await overviewOf(programWith(1_000));
  clearImmediate(counting);
  const ofApps = problems.filter(({ about }) => about === 'apps');
  expect([connections.length, apps.length, ofApps.length, verdict]).toEqual([1_000, 1_000, 1_000, 'broken']);
  expect(connections.map(({ id }) => id).slice(998)).toEqual(['A998', 'A999']);
  expect(ofApps[0]?.sentence).toBe('Slack app A0 (project/A0) gets no events.');
  expect(turns).toBeGreaterThan(20);
});
