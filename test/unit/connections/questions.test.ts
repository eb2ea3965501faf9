import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { LIVE_POLICY } from '../../../src/connections/policy.js';
import { QuestionQueue } from '../../../src/connections/questions.js';
import { HandClock } from '../../helpers/hand-clock.js';

let clock: HandClock;

afterEach(() => expect(clock.pendingTimers).toBe(0));

function start(limits: { atATime?: number; burst?: number }) {
  clock = new HandClock();
  const queue = new QuestionQueue(clock, { atATime: 100, burst: 100, everyMs: 10, ...limits });
  const asked: string[] = [];
  const answers = new Map<string, () => void>();
  const ask = (name: string): Promise<string | undefined> =>
    queue.ask(name, async () => {
      asked.push(name);
      await new Promise<void>((resolve) => answers.set(name, resolve));
      return `about ${name}`;
    });
  return { queue, asked, answers, ask };
}

describe('QuestionQueue', () => {
  it('A question goes out when one of those before it is answered', async () => {
    const { asked, answers, ask } = start({ atATime: 2 });
    const all = ['a', 'b', 'c', 'd'].map(ask);
    await clock.advance(1_000);
    expect(asked).toEqual(['a', 'b']);
    answers.get('b')?.();
    expect(await all[1]).toBe('about b');
    await clock.advance(0);
    expect(asked).toEqual(['a', 'b', 'c']);
  });

  it('Questions go out one in so many milliseconds after the first ones, and as many as those again after a pause', async () => {
    const { asked, answers, ask } = start({ burst: 2 });
    for (const name of ['a', 'b', 'c', 'd']) void ask(name);
    await clock.advance(0);
    expect(asked).toHaveLength(2);
    await clock.advance(10);
    expect(asked).toHaveLength(3);
    await clock.advance(10);
    expect(asked).toHaveLength(4);
    for (const answer of answers.values()) answer();
    await clock.advance(1_000);
    for (const name of ['e', 'f', 'g']) void ask(name);
    await clock.advance(0);
    expect(asked).toHaveLength(6);
    await clock.advance(10);
    expect(asked).toHaveLength(7);
  });

  it('A question that somebody waits for goes before the others, and one that fails makes room too', async () => {
    const { queue, asked, ask } = start({ atATime: 1 });
    const fails = queue.ask('fails', () => Promise.reject(new Error('no answer')));
    for (const name of ['a', 'b', 'c']) void ask(name);
    queue.hasten('c');
    queue.hasten('nobody asks this');
    await expect(fails).rejects.toThrow('no answer');
    await clock.advance(0);
    expect(asked).toEqual(['c']);
  });

  it('Questions that are not needed any more are dropped, and leave no timer behind', async () => {
    const { queue, asked, ask } = start({ burst: 1 });
    const [, b, c] = ['a', 'b', 'c'].map(ask);
    queue.hasten('b');
    await clock.advance(0);
    queue.retain(new Set(['c']));
    expect(await b).toBeUndefined();
    queue.retain(new Set());
    expect(await c).toBeUndefined();
    expect(asked).toEqual(['a']);
  });

  it('The page docs/security.md states how many questions go out', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/security.md'), 'utf8');
    const stated = [...page.matchAll(/(\d+) at a time and (\d+) a\s+second/g)].map(
      ([, atATime, perSecond]) => [Number(atATime), Number(perSecond)],
    );
    const { newTokens, knownTokens } = LIVE_POLICY;
    expect(stated).toEqual(
      [newTokens, knownTokens].map(({ atATime, everyMs }) => [atATime, 1_000 / everyMs]),
    );
  });
});
