import { beforeEach, describe, expect, it } from 'vitest';
import { CommitQueue } from '../../../src/storage/sqlite/commit-queue.js';
import type { Request } from '../../../src/storage/sqlite/engine.js';
import { HandClock } from '../../helpers/hand-clock.js';

let clock: HandClock;
/** The verbs of each commit. */
let commits: string[][];
let answered: number;
let queue: CommitQueue;

beforeEach(() => {
  clock = new HandClock();
  commits = [];
  answered = 0;
  const run = (requests: readonly Request[]) => {
    commits.push(requests.map(({ verb }) => verb));
    return requests.map(() => ({ result: undefined }));
  };
  queue = new CommitQueue({ run }, clock, (replies) => (answered += replies.length));
});

function take(...verbs: Request['verb'][]): void {
  queue.take(verbs.map((verb) => ({ verb, args: [] })));
}

describe('requests that come while no events do', () => {
  it('Requests are committed at once while no events come', () => {
    take('claim');
    take('settle', 'claim');
    expect(commits).toEqual([['claim'], ['settle', 'claim']]);
  });

  it('Requests are committed at once again some time after the last event', async () => {
    take('append');
    await clock.advance(21);
    take('claim');
    expect(commits).toEqual([['append'], ['claim']]);
  });
});

describe('requests that come while events keep coming', () => {
  it('Requests share the commit of the next event and are done before it', async () => {
    take('append');
    take('settle', 'claim');
    await clock.advance(1);
    expect(commits).toEqual([['append']]);
    take('append');
    expect(commits).toEqual([['append'], ['settle', 'claim', 'append']]);
    expect(answered).toBe(4);
    expect(clock.pendingTimers).toBe(0);
  });

  it('Requests do not wait for an event that does not come', async () => {
    take('append');
    take('claim');
    await clock.advance(3);
    expect(commits).toEqual([['append'], ['claim']]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('Requests that come with an event are committed with it', () => {
    take('append', 'claim');
    expect(commits).toEqual([['append', 'claim']]);
  });

  it('Requests do not wait once there are many', () => {
    take('append');
    take(...Array.from({ length: 70 }, () => 'settle' as const));
    expect(commits.map(({ length }) => length)).toEqual([1, 64, 6]);
  });

  it('All requests are committed before the file is closed', () => {
    take('append');
    take('settle');
    queue.flush();
    expect(commits).toEqual([['append'], ['settle']]);
    expect(clock.pendingTimers).toBe(0);
  });
});
