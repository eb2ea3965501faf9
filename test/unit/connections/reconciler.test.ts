import { expect, it } from 'vitest';
import { askingAlone } from '../../../src/connections/division.js';
import { LIVE_POLICY } from '../../../src/connections/policy.js';
import { Reconciler } from '../../../src/connections/reconciler.js';
import { PluginError } from '../../../src/core/errors.js';
import { Health } from '../../../src/core/health.js';
import { Background } from '../../../src/core/lifecycle.js';
import { HandClock } from '../../helpers/hand-clock.js';

it('Each cause of an outage of AutoKitteh is a line in the log once, and again in the next outage', async () => {
  const lines: string[] = [];
  let failure: string | undefined;
  const list =
    <Answer>(answer: Answer) =>
    (): Promise<Answer> =>
      failure === undefined
        ? Promise.resolve(answer)
        : Promise.reject(new PluginError('server_unavailable', failure));
  const log = {
    debug: () => undefined,
    info: (words: string) => void lines.push(words),
    warn: ({ reason }: { reason: string }) => void lines.push(reason),
  };
  const reconciler = new Reconciler({
    integrationId: 'int_1',
    server: { findActiveConnections: list([]), listConnections: list([]) },
    registry: { list: () => Promise.resolve([]) },
    reads: { takeNext: () => new Set(), retain: () => Promise.resolve(), round: () => Promise.resolve() },
    division: askingAlone(),
    clock: new HandClock(),
    policy: LIVE_POLICY,
    log,
    health: new Health(),
    background: new Background((name, error) => {
      throw new Error(name, { cause: error });
    }),
    signal: new AbortController().signal,
    listed: () => undefined,
    ended: () => undefined,
  } as never);
  const outage = ['hang up', 'refused', 'hang up', 'refused'];
  for (const reason of [...outage, undefined, ...outage]) {
    failure = reason;
    await reconciler.looked();
  }
  expect(lines).toEqual(['hang up', 'refused', 'AutoKitteh is reachable again', 'hang up', 'refused']);
  reconciler.stop();
});
