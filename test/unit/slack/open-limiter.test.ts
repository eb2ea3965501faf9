import { expect, it } from 'vitest';

import { OpenLimiter, URGENCY, type Urgency } from '../../../src/slack/open-limiter.js';
import { systemClock } from '../../../src/core/clock.js';
import { HandClock } from '../../helpers/hand-clock.js';

const POLICY = {
  appBurst: 3,
  appEveryMs: 60_000,
  allBurst: 5,
  allEveryMs: 100,
  retryAfterMs: 3_600_000,
  noSocketRetryAfterMs: 300_000,
};

function start(policy = POLICY): {
  clock: HandClock;
  limiter: OpenLimiter;
  granted: string[];
  ask: (appId: string, urgency?: Urgency, signal?: AbortSignal) => void;
} {
  const clock = new HandClock();
  const limiter = new OpenLimiter(clock, policy);
  const granted: string[] = [];
  return {
    clock,
    limiter,
    granted,
    ask(appId, urgency = URGENCY.noSocket, signal = new AbortController().signal) {
      limiter.acquire(appId, urgency, signal).then(
        () => granted.push(appId),
        () => granted.push(`${appId} refused`),
      );
    },
  };
}

it('The first call passes at once, on a clock that never stands still', async () => {
  const limiter = new OpenLimiter(systemClock, POLICY);
  await limiter.acquire('A', URGENCY.noSocket, AbortSignal.timeout(1_000));
  expect(limiter.waiting).toBe(0);
});

it('An app opens sockets that are not urgent a few times at once, then once a minute', async () => {
  const { clock, granted, ask } = start();
  for (let n = 0; n < 6; n++) ask('A', URGENCY.replacement);
  await clock.advance(0);
  expect(granted).toHaveLength(3);
  await clock.advance(59_999);
  expect(granted).toHaveLength(3);
  await clock.advance(1);
  expect(granted).toHaveLength(4);
  await clock.advance(120_000);
  expect(granted).toHaveLength(6);
  expect(clock.pendingTimers).toBe(0);
});

it('A permission comes when its time has come, also where a minute later is not a minute away for a computer', async () => {
  // 5536.28… + 60,000 - 5536.28… is less than 60,000.
  const clock = new HandClock(38_754 / 7);
  const limiter = new OpenLimiter(clock, { ...POLICY, appBurst: 2 });
  const ask = (): Promise<void> => limiter.acquire('A', URGENCY.replacement, AbortSignal.timeout(60_000));
  await ask();
  await ask();
  let isGranted = false;
  const third = ask().then(() => (isGranted = true));
  await clock.advance(60_000);
  expect(isGranted).toBe(true);
  await third;
});

it.each([
  ['an app without a live socket', URGENCY.noSocket],
  ['an app whose socket Slack has announced to close', URGENCY.announced],
])('The limiter lets %s call however often it has called', async (_name, urgency) => {
  const { clock, granted, ask } = start({ ...POLICY, allBurst: 100 });
  for (let n = 0; n < 20; n++) ask('A', urgency);
  await clock.advance(0);
  expect(granted).toHaveLength(20);
  // It has used up what is there for other sockets.
  ask('A', URGENCY.replacement);
  await clock.advance(59_999);
  expect(granted).toHaveLength(20);
  await clock.advance(1);
  expect(granted).toHaveLength(21);
});

it('The calls of hundreds of apps are spread, with apps without a socket first', async () => {
  const { clock, granted, ask } = start();
  for (let n = 0; n < 200; n++) ask(`spare ${n}`, URGENCY.spare);
  for (let n = 0; n < 200; n++) ask(`deaf ${n}`);
  await clock.advance(0);
  // Five spares had already been let through when the first app without a socket came.
  expect(granted).toHaveLength(5);
  await clock.advance(20_000);
  expect(granted).toHaveLength(205);
  expect(granted.slice(5).every((app) => app.startsWith('deaf'))).toBe(true);
  await clock.advance(20_000);
  expect(granted).toHaveLength(400);
});

it('The last permission of an app is kept for an urgent call', async () => {
  const { clock, granted, ask } = start();
  for (let n = 0; n < 3; n++) ask('A', URGENCY.spare);
  await clock.advance(0);
  expect(granted).toHaveLength(2);
  ask('A', URGENCY.replacement);
  await clock.advance(0);
  expect(granted).toHaveLength(3);
});

it("Slack's Retry-After holds for its app alone", async () => {
  const { clock, limiter, granted, ask } = start();
  limiter.block('A', 30_000);
  ask('A');
  ask('B');
  await clock.advance(29_999);
  expect(granted).toEqual(['B']);
  await clock.advance(1);
  expect(granted).toEqual(['B', 'A']);
});

it('A long Retry-After counts for five minutes without a live socket, and otherwise for an hour', async () => {
  const { clock, limiter, granted, ask } = start();
  limiter.block('A', 86_400_000);
  limiter.block('B', 86_400_000);
  ask('A');
  ask('B', URGENCY.spare);
  await clock.advance(0);
  expect(limiter.waitOf('A')).toEqual({ why: 'slack', until: clock.monotonic() + 300_000, askedMs: 300_000 });
  await clock.advance(299_999);
  expect(granted).toEqual([]);
  await clock.advance(1);
  expect(granted).toEqual(['A']);
  await clock.advance(3_299_999);
  expect(granted).toEqual(['A']);
  await clock.advance(1);
  expect(granted).toEqual(['A', 'B']);
});

it('An app that loses its last socket calls as soon as five minutes of a long Retry-After are over', async () => {
  const { clock, limiter, granted, ask } = start();
  limiter.block('A', 3_600_000);
  const replacement = new AbortController();
  ask('A', URGENCY.replacement, replacement.signal);
  await clock.advance(400_000);
  expect(granted).toEqual([]);
  replacement.abort();
  ask('A', URGENCY.noSocket);
  await clock.advance(0);
  expect(granted).toEqual(['A refused', 'A']);
});

it('The limiter tells what an app waits for, and until when', async () => {
  const { clock, limiter, ask } = start();
  for (let n = 0; n < 3; n++) ask('A', URGENCY.spare);
  await clock.advance(0);
  expect(limiter.waitOf('A')).toEqual({ why: 'budget', until: clock.monotonic() + 60_000, askedMs: 0 });
  expect(limiter.waitOf('B')).toBeUndefined();
});

it('A permission that was not used is given back', async () => {
  const { clock, limiter, granted, ask } = start();
  for (let n = 0; n < 4; n++) ask('A', URGENCY.replacement);
  await clock.advance(0);
  limiter.refund('A');
  await clock.advance(0);
  expect(granted).toHaveLength(4);
});

it('A caller that does not want to wait any more is forgotten', async () => {
  const { clock, limiter, granted, ask } = start();
  for (let n = 0; n < 3; n++) ask('A', URGENCY.replacement);
  const gone = new AbortController();
  ask('A', URGENCY.replacement, gone.signal);
  gone.abort();
  ask('A', URGENCY.replacement, gone.signal);
  await clock.advance(0);
  expect(granted).toEqual(['A', 'A', 'A', 'A refused', 'A refused']);
  expect(limiter.waiting).toBe(0);
  expect(clock.pendingTimers).toBe(0);
});

it('Tries of refused tokens have a budget of their own, and spend nothing of the app', async () => {
  const { clock, limiter, granted, ask } = start();
  for (let n = 0; n < 3; n++) ask('A', URGENCY.probe);
  await clock.advance(0);
  expect(granted).toEqual(['A']);
  limiter.block('A', 600_000, true);
  for (let n = 0; n < 2; n++) ask('A', URGENCY.spare);
  await clock.advance(0);
  expect(granted).toEqual(['A', 'A', 'A']);
  await clock.advance(599_999);
  expect(granted).toHaveLength(3);
  await clock.advance(60_001);
  expect(granted).toHaveLength(5);
});

it('A refund of a refused token gives the app no permission that it has not paid for', async () => {
  const { clock, limiter, granted, ask } = start();
  for (let n = 0; n < 3; n++) ask('A', URGENCY.replacement);
  ask('A', URGENCY.probe);
  await clock.advance(0);
  limiter.refund('A', true);
  ask('A', URGENCY.replacement);
  await clock.advance(0);
  expect(granted).toHaveLength(4);
  ask('A', URGENCY.probe);
  await clock.advance(0);
  expect(granted).toHaveLength(5);
});

it('An app that never had a socket comes after every app that had one, and refused tokens come last', async () => {
  const { clock, limiter, granted, ask } = start({ ...POLICY, allBurst: 1 });
  limiter.establish('old');
  limiter.establish('gone');
  limiter.release('gone');
  ask('first');
  ask('old', URGENCY.probe);
  ask('new');
  ask('gone');
  ask('old', URGENCY.spare);
  await clock.advance(0);
  expect(granted).toEqual(['first']);
  await clock.advance(400);
  expect(granted).toEqual(['first', 'old', 'new', 'gone', 'old']);
});
