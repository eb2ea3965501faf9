import { beforeEach, describe, expect, it } from 'vitest';
import { Channel } from '../../../src/core/channel.js';
import { seededRandom } from '../../../src/core/random.js';
import { Health } from '../../../src/core/health.js';
import { Concurrency } from '../../../src/delivery/concurrency.js';
import { DEFAULT_LIMITS } from '../../../src/delivery/limits.js';
import { OutageWatch } from '../../../src/delivery/outage-watch.js';
import { Scheduler } from '../../../src/delivery/scheduler.js';

const limits = { ...DEFAULT_LIMITS, concurrency: 3, perConnection: 2, urgentReserve: 1 };
const a = { appId: 'A1', connectionId: 'con_a' };
const b = { appId: 'A2', connectionId: 'con_b' };
const NOW = 1000;

let watch: OutageWatch;
let scheduler: Scheduler;

beforeEach(() => {
  watch = new OutageWatch(limits, seededRandom(1), new Channel(), new Health());
  scheduler = new Scheduler({
    shares: () => limits,
    watch,
    concurrency: new Concurrency(limits.concurrency),
  });
});

describe('a slot for a row that is being written', () => {
  it('A slot is free until all are taken, and again when one is given back', () => {
    const taken = [a, a, b].map((source) => scheduler.reserve(source, false, NOW));
    expect(taken).toEqual([true, true, true]);
    expect(scheduler.reserve(b, false, NOW)).toBe(false);
    scheduler.free(a);
    expect(scheduler.inFlight).toBe(2);
    expect(scheduler.reserve(b, false, NOW)).toBe(true);
  });

  it('No slot is free for a connection that uses its share', () => {
    expect([a, a, a].map((source) => scheduler.reserve(source, false, NOW))).toEqual([true, true, false]);
    expect(scheduler.reserve(b, false, NOW)).toBe(true);
  });

  it('A slot is free for an urgent row although others hold theirs', () => {
    for (const source of [a, a, b]) scheduler.reserve(source, false, NOW);
    expect([a, a].map((source) => scheduler.reserve(source, true, NOW))).toEqual([true, false]);
  });

  it('No slot is free while another row waits for it, but urgent rows overtake the others', () => {
    scheduler.notify({ ...b, urgent: false, readyAt: NOW });
    expect(scheduler.reserve(a, false, NOW)).toBe(false);
    expect(scheduler.reserve(a, true, NOW)).toBe(true);
    scheduler.notify({ ...b, urgent: true, readyAt: NOW });
    expect(scheduler.reserve(a, true, NOW)).toBe(false);
    expect(scheduler.claimRequests(NOW).map(({ connectionId, urgent }) => [connectionId, urgent])).toEqual([
      ['con_b', true],
    ]);
    expect([true, false].map((urgent) => scheduler.reserve(a, urgent, NOW))).toEqual([true, false]);
  });

  it('A row whose time has not come or whose connection uses its share does not keep a slot from others', () => {
    scheduler.notify({ ...a, urgent: false, readyAt: NOW + 1 });
    expect(scheduler.reserve(a, false, NOW)).toBe(true);
    scheduler.take(a);
    expect(scheduler.reserve(b, false, NOW + 1)).toBe(true);
  });

  it('No slot is free during an outage', () => {
    watch.failed(1, NOW, 'down', true);
    expect(scheduler.reserve(a, false, NOW)).toBe(false);
    watch.answered(NOW, true);
    expect(scheduler.reserve(a, false, NOW)).toBe(true);
  });
});
