import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../../src/slack/policy.js';
import type { FakeTransport } from './fake-transports.js';
import { HandClock } from '../../helpers/hand-clock.js';
import { APP, TOKEN, type PoolRig } from './pool-rig.js';
import { idle, live } from './pools.js';

/** Time goes on while a program looks at it. */
class CreepingClock extends HandClock {
  #crept = 0;

  constructor(private readonly creep: number) {
    super();
  }

  override monotonic(): number {
    this.#crept += this.creep;
    return super.monotonic() + this.#crept;
  }
}

describe('A pool that opens sockets', () => {
  it('A pool opens two sockets, the second when the first was greeted', async () => {
    const rig = idle();
    rig.pool.setTokens([{ token: TOKEN, setAt: 1 }]);
    await rig.advance(0);
    expect(rig.transports.opened).toBe(1);
    expect(rig.pool.status).toMatchObject({ t: 'opening', sockets: 0 });
    rig.transports.at(0).greet(APP, 1);
    await rig.advance(0);
    expect(rig.transports.opened).toBe(2);
    rig.transports.at(1).greet(APP, 2);
    expect(rig.pool.status).toMatchObject({ t: 'live', sockets: 2, foreign: 0 });
    await rig.advance(60_000);
    expect(rig.transports.opened).toBe(2);
  });

  it('A pool opens its second socket although the first one hangs', async () => {
    const rig = idle();
    rig.pool.setTokens([{ token: TOKEN, setAt: 1 }]);
    await rig.advance(DEFAULT_POLICY.pool.staggerMs);
    expect(rig.transports.opened).toBe(2);
    rig.transports.at(1).greet(APP, 1);
    expect(rig.pool.status.sockets).toBe(1);
  });

  it.each([
    ['fetching_url', 'Slack did not give a WebSocket URL in time'],
    ['dialling', 'the WebSocket to Slack could not be opened: wss-primary.slack.com timed out'],
    ['awaiting_hello', 'Slack did not send hello on the new socket in time'],
  ])('A pool gives up a socket that hangs in %s, says so, and opens another', async (state, why) => {
    const rig = idle();
    rig.pool.setTokens([{ token: TOKEN, setAt: 1 }]);
    await rig.advance(0);
    if (state !== 'fetching_url') rig.transports.at(0).url();
    if (state === 'awaiting_hello') rig.transports.at(0).open();
    rig.greetAll();
    await rig.advance(10_000);
    expect(rig.events).toContainEqual({
      t: 'socket_state',
      appId: APP,
      socketId: 's1',
      from: state,
      to: 'closed',
      why,
    });
    await rig.advance(2_000);
    expect(rig.pool.status).toMatchObject({ t: 'live', sockets: 2 });
  });

  it('A pool waits longer after each failure, at most half a minute, and says what is wrong', async () => {
    const rig = idle();
    rig.transports.onOpened = (transport) =>
      transport.fail({ t: 'unreachable', message: 'Slack cannot be reached: no route', answered: false });
    rig.pool.setTokens([{ token: TOKEN, setAt: 1 }]);
    await rig.advance(60_000);
    expect(rig.pool.status).toMatchObject({ t: 'degraded', reason: 'Slack cannot be reached: no route' });
    const before = rig.transports.opened;
    expect(before).toBeLessThan(15);
    await rig.advance(3_600_000);
    // Between half and the whole of 30 s: calls that never arrived do not use up Slack's limit.
    expect(rig.transports.opened - before).toBeGreaterThan(100);
    expect(rig.transports.opened - before).toBeLessThan(250);
    rig.greetAll();
    await rig.advance(31_000);
    expect(rig.pool.status).toMatchObject({ t: 'live', sockets: 2 });
  });

  it('A pool never stops trying, whatever moment the time of the next try falls on', async () => {
    // Somewhere among these the time comes between the look whether it has come and the setting of the timer.
    for (let creep = 1; creep <= 60; creep++) {
      const rig = idle(DEFAULT_POLICY, 1, new CreepingClock(creep));
      rig.transports.onOpened = (transport) =>
        transport.fail({ t: 'unreachable', message: 'Slack cannot be reached: down', answered: false });
      rig.pool.setTokens([{ token: TOKEN, setAt: 1 }]);
      await rig.advance(60_000);
      expect(rig.transports.opened, `creep ${creep}`).toBeGreaterThan(4);
    }
  });

  it('A pool honours Retry-After', async () => {
    const rig = idle();
    rig.transports.onOpened = (transport) => transport.fail({ t: 'rate_limited', retryAfterMs: 45_000 });
    rig.pool.setTokens([{ token: TOKEN, setAt: 1 }]);
    await rig.advance(44_900);
    expect(rig.transports.opened).toBe(1);
    expect(rig.events).toContainEqual({ t: 'rate_limited', appId: APP, retryAfterMs: 45_000 });
    rig.greetAll();
    await rig.advance(200);
    expect(rig.pool.status).toMatchObject({ t: 'live', sockets: 2 });
  });
});

/** The times at which connections were opened, from now on. */
function openings(rig: PoolRig): number[] {
  const start = rig.clock.now();
  const times: number[] = [];
  const before = rig.transports.onOpened;
  rig.transports.onOpened = (transport) => {
    times.push(rig.clock.now() - start);
    before(transport);
  };
  return times;
}

/** Slack closes every socket, without a word. */
function closeAll(rig: PoolRig): void {
  for (const transport of rig.transports.alive) transport.end(1001);
}

describe('A pool without a live socket', () => {
  it('A pool opens a socket after the backoff alone when Slack closes all sockets three times within 7.5 s', async () => {
    const rig = await live();
    await rig.advance(600_000);
    const times = openings(rig);
    for (let n = 0; n < 3; n++) {
      closeAll(rig);
      await rig.advance(2_500);
      expect(rig.pool.status.sockets, `after closing ${n + 1}`).toBeGreaterThan(0);
    }
    // At once, then after at most two steps of the backoff.
    expect(times.filter((at) => at < 2_500)[0]).toBe(0);
    expect(times.filter((at) => at >= 2_500)[0]).toBeLessThanOrEqual(2_700);
    expect(times.filter((at) => at >= 5_000)[0]).toBeLessThanOrEqual(5_400);
  });

  it('A pool is without a socket for at most 250 ms each time when all are closed every 10 s', async () => {
    const rig = await live();
    await rig.advance(600_000);
    const times = openings(rig);
    for (let n = 0; n < 60; n++) {
      closeAll(rig);
      await rig.advance(10_000);
      const next = times.find((at) => at >= n * 10_000);
      expect(next, `after closing ${n + 1}`).toBeLessThanOrEqual(n * 10_000 + 250);
    }
  });

  it('A pool opens a socket at once when all are closed, although one of them has not lasted', async () => {
    const rig = await live();
    await rig.advance(600_000);
    rig.transports.alive[0]?.end(1001);
    await rig.advance(1_000);
    expect(rig.transports.alive).toHaveLength(2);
    const times = openings(rig);
    closeAll(rig);
    await rig.advance(0);
    expect(rig.pool.status.sockets).toBeGreaterThan(0);
    expect(times[0]).toBe(0);
  });

  it('A pool tries again at once what fails first after sockets that lasted, and then with the backoff', async () => {
    const rig = await live();
    await rig.advance(600_000);
    rig.transports.onOpened = (transport) =>
      transport.fail({ t: 'unreachable', message: 'Slack cannot be reached', answered: false });
    const failing = openings(rig);
    closeAll(rig);
    await rig.advance(199);
    expect(failing.slice(0, 2)).toEqual([0, 0]);
    expect(failing).toHaveLength(3);
    expect(failing[2]).toBeGreaterThanOrEqual(100);
  });

  it('A pool waits for nothing when Slack replaces one socket every 10 s', async () => {
    const rig = await live();
    await rig.advance(600_000);
    for (let n = 0; n < 30; n++) {
      const [transport] = rig.transports.alive;
      transport?.disconnect('refresh_requested');
      await rig.advance(0);
      expect(rig.pool.status, `refresh ${n + 1}`).toMatchObject({ t: 'live', sockets: 2 });
      await rig.advance(10_000);
    }
  });

  it('A pool counts a Retry-After of Slack for five minutes at most', async () => {
    const rig = idle();
    rig.transports.onOpened = (transport) => transport.fail({ t: 'rate_limited', retryAfterMs: 86_400_000 });
    rig.pool.setTokens([{ token: TOKEN, setAt: 1 }]);
    await rig.advance(300_000);
    expect(rig.transports.opened).toBe(2);
  });

  it('A pool says that Slack limits the rate, and when the next socket is opened', async () => {
    const rig = await live();
    rig.transports.onOpened = (transport) => transport.fail({ t: 'rate_limited', retryAfterMs: 60_000 });
    closeAll(rig);
    await rig.advance(1_000);
    const at = new Date(rig.clock.now() + 59_000).toISOString().slice(11, 19);
    expect(rig.pool.status).toMatchObject({
      t: 'degraded',
      sockets: 0,
      reason: 'Slack limits the rate',
      doing: `the next socket is opened in 60 s, at ${at} UTC`,
    });
    const told = rig.events.filter(({ t }) => t === 'status_changed').length;
    await rig.advance(58_000);
    expect(rig.events.filter(({ t }) => t === 'status_changed')).toHaveLength(told);
  });
});

describe('A pool that opens sockets that are not urgent', () => {
  it('A pool waits for the budget for a socket that is not urgent, and status and log say so and until when', async () => {
    const rig = await live();
    for (let n = 0; n < 4; n++) {
      rig.transports.at(-1).end(1001);
      await rig.advance(6_000);
    }
    expect(rig.pool.status).toMatchObject({ t: 'degraded', sockets: 1 });
    const { status } = rig.pool;
    const doing = status.t === 'degraded' ? status.doing : '';
    expect(doing).toMatch(/^the next one is opened at \d\d:\d\d:\d\d UTC$/);
    expect(rig.events).toContainEqual(expect.objectContaining({ t: 'status_changed', status }));
    // The one that is left is lost: nothing is waited for.
    rig.greetAll();
    closeAll(rig);
    await rig.advance(250);
    expect(rig.pool.status.sockets).toBe(1);
  });
});

describe('a socket that is greeted and does not last', () => {
  it.each([
    ['closed', (transport: FakeTransport) => transport.end(1001)],
    ['announced to close', (transport: FakeTransport) => transport.disconnect('refresh_requested')],
    [
      'announced to close and closed',
      (transport: FakeTransport) => {
        transport.disconnect('warning');
        transport.end(1001);
      },
    ],
  ])(
    'A socket that does not last counts as a failure: %s at once, the next ones come later and later',
    async (_name, spoil) => {
      const rig = idle();
      const times = openings(rig);
      const note = rig.transports.onOpened;
      rig.transports.onOpened = (transport) => {
        note(transport);
        transport.greet(APP, 1);
        spoil(transport);
      };
      rig.pool.setTokens([{ token: TOKEN, setAt: 1 }]);
      await rig.advance(600_000);
      expect(times.length).toBeGreaterThan(20);
      expect(times.length).toBeLessThan(80);
    },
  );

  it('A socket that does not last is forgotten as soon as one has been live for 5 s', async () => {
    const rig = idle();
    rig.transports.onOpened = (transport) => {
      transport.greet(APP, 1);
      transport.end(1001);
    };
    rig.pool.setTokens([{ token: TOKEN, setAt: 1 }]);
    await rig.advance(120_000);
    rig.greetAll();
    await rig.advance(30_000 + 5_000);
    const times = openings(rig);
    closeAll(rig);
    await rig.advance(1_000);
    expect(times[0]).toBe(0);
  });
});
