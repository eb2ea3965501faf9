import { fork } from 'node:child_process';
import { once } from 'node:events';

import { pino } from 'pino';
import { expect, it } from 'vitest';

import { sleep, systemClock } from '../../../src/core/clock.js';
import { seededRandom } from '../../../src/core/random.js';
import { DEFAULT_POLICY } from '../../../src/slack/policy.js';
import type { SocketEvent } from '../../../src/slack/events.js';
import { createSlackSockets } from '../../../src/slack/sockets.js';
import type { SlackAddress } from '../../world/slack-process.js';
import { eventually } from '../../helpers/eventually.js';

// Silence is noticed after a third of the standstill, and not before Slack's process has had its turn on a busy machine.
const POLICY = {
  ...DEFAULT_POLICY,
  liveness: { ...DEFAULT_POLICY.liveness, tickMs: 250, pingTicks: 4, suspectTicks: 3 },
};
const STANDSTILL_MS = 2_500;

it("Healthy sockets stay when the program's own event loop stands still", async () => {
  // Slack goes on meanwhile: it is another process.
  const slack = fork(new URL('../../world/slack-process.ts', import.meta.url), ['1'], {
    execArgv: ['--import', 'tsx'],
  });
  const [{ apiUrl, apps }] = (await once(slack, 'message')) as [SlackAddress];
  const events: SocketEvent[] = [];
  const sockets = createSlackSockets({
    apiUrl,
    clock: systemClock,
    random: seededRandom(1),
    log: pino({ enabled: false }),
    policy: POLICY,
    onEnvelope: () => undefined,
  });
  sockets.events.subscribe((event) => events.push(event));
  sockets.reconcile(new Map(apps.map(({ id, token }) => [id, [{ token, setAt: 1 }]])));
  await eventually(() => apps.every(({ id }) => sockets.status(id)?.t === 'live'), 'live');
  events.length = 0;
  const end = performance.now() + STANDSTILL_MS;
  while (performance.now() < end);
  // Long enough for a verdict on every socket.
  await sleep(systemClock, POLICY.liveness.tickMs * 8);
  expect(events).toEqual([]);
  await sockets.stop();
  slack.disconnect();
  await once(slack, 'exit');
});
