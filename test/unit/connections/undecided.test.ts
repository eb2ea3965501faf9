import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LIVE_POLICY } from '../../../src/connections/policy.js';
import { UndecidedTime } from '../../../src/connections/undecided.js';
import { HandClock } from '../../helpers/hand-clock.js';

const { undecidedMs, undecidedEveryMs } = LIVE_POLICY;

function start(answeredAt: () => number | undefined) {
  const clock = new HandClock();
  return { clock, time: new UndecidedTime({ clock, policy: LIVE_POLICY, answeredAt }) };
}

describe('UndecidedTime', () => {
  it('The time of an app in which its events wait begins with the first of them, and again a day later', async () => {
    const { clock, time } = start(() => 0);
    await clock.advance(undecidedMs);
    expect(time.isLeft('A1')).toBe(true);
    await clock.advance(undecidedMs - 1);
    expect(time.isLeft('A1')).toBe(true);
    await clock.advance(1);
    expect(time.isLeft('A1')).toBe(false);
    expect(time.isLeft('A2')).toBe(true);
    await clock.advance(undecidedEveryMs - undecidedMs - 1);
    expect(time.isLeft('A1')).toBe(false);
    await clock.advance(1);
    expect(time.isLeft('A1')).toBe(true);
    await clock.advance(undecidedMs);
    expect(time.isLeft('A1')).toBe(false);
  });

  it('The time of an app does not end before Slack has answered about any bot token for ten minutes', async () => {
    const slack: { answeredAt?: number } = {};
    const { clock, time } = start(() => slack.answeredAt);
    expect(time.isLeft('A1')).toBe(true);
    await clock.advance(undecidedEveryMs / 2);
    expect(time.isLeft('A1')).toBe(true);
    slack.answeredAt = clock.monotonic();
    await clock.advance(undecidedMs - 1);
    expect(time.isLeft('A1')).toBe(true);
    await clock.advance(1);
    expect(time.isLeft('A1')).toBe(false);
  });

  it('The page docs/security.md states for how long events wait', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/security.md'), 'utf8');
    const [, minutes, hours] = /for (\d+) minutes at most in (\d+)\s+hours/.exec(page) ?? [];
    expect([Number(minutes) * 60_000, Number(hours) * 3_600_000]).toEqual([undecidedMs, undecidedEveryMs]);
  });
});
