import { describe, expect, it } from 'vitest';
import { ForeignCount } from '../../../src/slack/foreign-sockets.js';
import { HandClock } from '../../helpers/hand-clock.js';

describe('ForeignCount', () => {
  it('The count of foreign sockets is the number of sockets that Slack counts beyond ours', () => {
    const count = new ForeignCount(new HandClock());
    expect(count.counted(2, { surely: 1, perhaps: 1 })).toBe(true);
    expect(count.foreign).toBe(1);
    expect(count.counted(3, { surely: 2, perhaps: 2 })).toBe(false);
    expect(count.counted(2, { surely: 2, perhaps: 2 })).toBe(true);
    expect(count.foreign).toBe(0);
    count.counted(0, { surely: 2, perhaps: 2 });
    expect(count.foreign).toBe(0);
  });

  it('The count of foreign sockets does not include a socket that we closed just now', async () => {
    const clock = new HandClock();
    const count = new ForeignCount(clock);
    count.closed();
    count.counted(3, { surely: 2, perhaps: 2 });
    expect(count.foreign).toBe(0);
    await clock.advance(10_000);
    count.counted(3, { surely: 2, perhaps: 2 });
    expect(count.foreign).toBe(1);
  });

  it('The count of foreign sockets keeps one while our own sockets are renewed', () => {
    const count = new ForeignCount(new HandClock());
    count.counted(3, { surely: 2, perhaps: 2 });
    for (let renewal = 1; renewal <= 3; renewal++) {
      count.counted(4, { surely: 3, perhaps: 3 });
      count.closed();
      expect(count.foreign).toBe(1);
    }
    count.counted(3, { surely: 3, perhaps: 3 });
    expect(count.foreign).toBe(0);
  });

  it('The count of foreign sockets neither gains nor loses one by hellos in another order than Slack counted', () => {
    const count = new ForeignCount(new HandClock());
    // The second socket's first, then the first one's, which was counted without the second.
    count.counted(3, { surely: 1, perhaps: 2 });
    expect(count.foreign).toBe(1);
    count.counted(2, { surely: 1, perhaps: 2 });
    expect(count.foreign).toBe(1);
    const none = new ForeignCount(new HandClock());
    none.counted(2, { surely: 1, perhaps: 2 });
    none.counted(1, { surely: 1, perhaps: 2 });
    expect(none.foreign).toBe(0);
  });
});
