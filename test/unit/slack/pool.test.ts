import { afterEach, describe, expect, it } from 'vitest';

import { DEFAULT_POLICY } from '../../../src/slack/policy.js';
import type { FakeTransport } from './fake-transports.js';
import { HandClock } from '../../helpers/hand-clock.js';
import { APP, PoolRig, TOKEN } from './pool-rig.js';

const rigs: PoolRig[] = [];

async function live(...args: Parameters<typeof PoolRig.live>): Promise<PoolRig> {
  const rig = await PoolRig.live(...args);
  rigs.push(rig);
  return rig;
}

function idle(): PoolRig {
  const rig = new PoolRig();
  rigs.push(rig);
  return rig;
}

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

/** For hours of quiet: pings once a minute, so that a test's clock gets through them. */
const QUIET = {
  ...DEFAULT_POLICY,
  liveness: { tickMs: 60_000, pingTicks: 2, suspectTicks: 1, wakeMs: 3_600_000 },
};

// Whatever a test did to it, a stopped pool leaves no connection and no timer.
afterEach(async () => {
  for (const rig of rigs.splice(0)) {
    await rig.stop();
    expect(rig.transports.alive).toHaveLength(0);
    expect(rig.clock.pendingTimers).toBe(0);
  }
});

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
      const rig = new PoolRig(DEFAULT_POLICY, 1, new CreepingClock(creep));
      rigs.push(rig);
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

describe('A pool that replaces sockets', () => {
  it.each(['warning', 'refresh_requested', 'something_new'])(
    'On %s the new socket is greeted before the old one says goodbye',
    async (reason) => {
      const rig = await live();
      rig.transports.onOpened = () => undefined;
      rig.transports.at(0).disconnect(reason);
      await rig.advance(0);
      expect(rig.transports.opened).toBe(3);
      expect(rig.transports.at(0).closing).toBe(false);
      expect(rig.pool.status).toMatchObject({ t: 'renewing', sockets: 2 });
      rig.transports.at(2).greet(APP, 3);
      expect(rig.transports.at(0).closing).toBe(true);
      expect(rig.transports.alive).toHaveLength(2);
      expect(rig.pool.status).toMatchObject({ t: 'live', sockets: 2 });
    },
  );

  it('A socket drains until its acknowledgements are out', async () => {
    const rig = await live();
    rig.transports.at(0).envelope('e1');
    rig.transports.at(0).disconnect('warning');
    await rig.advance(0);
    expect(rig.statesOf('s1').at(-1)).toBe('draining');
    expect(rig.transports.at(0).closing).toBe(false);
    await expect(rig.envelopes[0]!.acknowledge()).resolves.toBe('sent');
    expect(rig.transports.at(0).sent).toEqual(['{"envelope_id":"e1"}']);
    expect(rig.transports.at(0).closing).toBe(true);
  });

  it('A draining socket does not wait longer for an acknowledgement than Slack does', async () => {
    const rig = await live();
    rig.transports.at(0).envelope('never acknowledged');
    rig.transports.at(0).disconnect('warning');
    await rig.advance(2_900);
    expect(rig.transports.at(0).closing).toBe(false);
    await rig.advance(200);
    expect(rig.transports.at(0).closing).toBe(true);
  });

  it('A draining socket passes on the envelopes that still arrive', async () => {
    const rig = await live();
    rig.transports.at(0).polite = false;
    rig.transports.at(0).disconnect('warning');
    await rig.advance(0);
    rig.transports.at(0).envelope('late');
    await expect(rig.envelopes[0]!.acknowledge()).resolves.toBe('sent_elsewhere');
    rig.transports.at(0).end();
  });

  it('A draining socket stays when what replaced it is lost, until another is greeted', async () => {
    const rig = await live();
    rig.transports.onOpened = () => undefined;
    rig.transports.at(0).envelope('e1');
    rig.pool.setTokens([{ token: 'xapp-1-A1-2-second', setAt: 2, isProven: true }]);
    await rig.advance(DEFAULT_POLICY.pool.staggerMs);
    rig.transports.at(2).greet(APP, 3);
    rig.transports.at(3).greet(APP, 4);
    expect(rig.statesOf('s1').at(-1)).toBe('draining');
    expect(rig.transports.at(1).ended).toBe(true);
    rig.transports.at(2).end(1001);
    expect(rig.statesOf('s1').at(-1)).toBe('draining');
    rig.transports.at(3).end(1001);
    await expect(rig.envelopes[0]!.acknowledge()).resolves.toBe('sent');
    await rig.advance(DEFAULT_POLICY.acknowledgeMs);
    expect(rig.transports.at(0).closing).toBe(false);
    expect(rig.pool.status.sockets).toBe(1);
    rig.greetAll();
    await rig.advance(2 * DEFAULT_POLICY.limiter.appEveryMs);
    expect(rig.transports.at(0).ended).toBe(true);
    expect(rig.pool.status).toMatchObject({ t: 'live', sockets: 2 });
  });

  it('What waits for its acknowledgement is acknowledged on a draining socket that stays', async () => {
    const rig = await live();
    rig.transports.at(0).envelope('e1');
    rig.transports.at(0).disconnect('warning');
    await rig.advance(0);
    rig.transports.onOpened = () => undefined;
    rig.transports.at(1).end(1001);
    rig.transports.at(2).envelope('e2');
    await expect(rig.envelopes[1]!.acknowledge()).resolves.toBe('sent');
    rig.transports.at(2).end(1001);
    expect(rig.statesOf('s1').at(-1)).toBe('live');
    expect(rig.transports.at(0).sent).toContain('{"envelope_id":"e2"}');
  });

  it('Two sockets that are announced at once both stay until replaced', async () => {
    const rig = await live();
    rig.transports.at(0).disconnect('warning');
    rig.transports.at(1).disconnect('warning');
    const before = rig.events.length;
    await rig.advance(10);
    expect(rig.pool.status).toMatchObject({ t: 'live', sockets: 2 });
    const sockets = rig.events
      .slice(before)
      .flatMap((event) => (event.t === 'status_changed' ? [event.status.sockets] : []));
    expect(Math.min(...sockets)).toBeGreaterThanOrEqual(2);
  });

  it('Each socket is renewed before its announced lifetime, never two at once', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const rig = await live(QUIET, seed);
      const lifetime = 18_060_000;
      await rig.advance(lifetime);
      const drained = rig.events.filter((event) => event.t === 'socket_state' && event.to === 'draining');
      expect(rig.transports.at(0).ended, `seed ${seed}`).toBe(true);
      expect(rig.transports.at(1).ended, `seed ${seed}`).toBe(true);
      expect(drained.length).toBeGreaterThanOrEqual(2);
      const degraded = rig.events.filter(
        (event) => event.t === 'status_changed' && event.status.t === 'degraded',
      );
      expect(degraded, `seed ${seed}`).toHaveLength(0);
      await rig.stop();
    }
  });

  it('The renewals of many apps are spread', async () => {
    const times: number[] = [];
    for (let seed = 1; seed <= 30; seed++) {
      const rig = await live(QUIET, seed);
      const start = rig.clock.now();
      while (rig.transports.opened < 3) await rig.advance(60_000);
      times.push(rig.clock.now() - start);
      await rig.stop();
    }
    const span = Math.max(...times) - Math.min(...times);
    expect(span).toBeGreaterThan(0.15 * 18_060_000);
  });
});

describe('A pool with a silent socket', () => {
  it('A silent path gets a replacement within 5 s, and the silent socket is closed then', async () => {
    const rig = await live();
    await rig.advance(7_777);
    rig.transports.at(0).answers = false;
    await rig.advance(5_000);
    expect(rig.statesOf('s1')).toContain('suspect');
    expect(rig.transports.opened).toBe(3);
    expect(rig.transports.at(0).ended).toBe(true);
    expect(rig.pool.status).toMatchObject({ t: 'live', sockets: 2 });
  });

  it('Any frame counts as a sign of life', async () => {
    const rig = await live();
    rig.transports.at(0).answers = false;
    for (let n = 0; n < 60; n++) {
      rig.transports.at(0).envelope(`e${n}`);
      await rig.advance(1_000);
    }
    expect(rig.statesOf('s1')).not.toContain('suspect');
  });

  it('A silent socket that answers after all stays while no replacement could be opened', async () => {
    const rig = await live();
    rig.transports.onOpened = (transport) =>
      transport.fail({ t: 'unreachable', message: 'Slack cannot be reached: down', answered: false });
    for (const transport of rig.transports.all) transport.answers = false;
    await rig.advance(5_000);
    expect(rig.pool.status).toMatchObject({ t: 'degraded', sockets: 0 });
    for (const transport of rig.transports.all) {
      transport.answers = true;
      transport.life();
    }
    expect(rig.pool.status).toMatchObject({ sockets: 2 });
    expect(rig.transports.at(0).ended).toBe(false);
  });

  it('A silent socket that cannot be replaced is given up', async () => {
    const rig = await live();
    rig.transports.onOpened = (transport) =>
      transport.fail({ t: 'unreachable', message: 'Slack cannot be reached: down', answered: false });
    for (const transport of rig.transports.all) transport.answers = false;
    await rig.advance(25_000);
    expect(rig.transports.alive).toHaveLength(0);
  });

  it('A quiet app keeps its sockets although no events come', async () => {
    const rig = await live();
    await rig.advance(3_600_000);
    expect(rig.transports.opened).toBe(2);
  });
});

describe('A pool with a fault that a person has to mend', () => {
  it('A refused token ends in a status with advice and is tried again only rarely', async () => {
    const rig = idle();
    rig.transports.onOpened = (transport) => transport.refuse('token_revoked');
    rig.pool.setTokens([{ token: TOKEN, setAt: 7 }]);
    await rig.advance(0);
    expect(rig.pool.status).toMatchObject({
      t: 'broken',
      error: 'token_revoked',
      tokens: [{ setAt: 7, verdict: { t: 'refused', error: 'token_revoked' } }],
    });
    const { status } = rig.pool;
    expect(status.t === 'broken' ? status.advice : '').toContain(
      `the token was revoked, and does not come back: make a new app-level token with the scope connections:write at https://api.slack.com/apps/${APP}/general`,
    );
    await rig.advance(86_400_000);
    expect(rig.transports.opened).toBeGreaterThan(10);
    expect(rig.transports.opened).toBeLessThan(60);
    rig.greetAll();
    await rig.advance(3_600_000);
    expect(rig.pool.status).toMatchObject({ t: 'live', sockets: 2 });
  });

  it('A pool stops when Socket Mode is switched off, says so, probes slowly and comes back', async () => {
    const rig = await live();
    rig.transports.onOpened = (transport) => {
      transport.url();
      transport.open();
      transport.disconnect('link_disabled');
    };
    for (const transport of rig.transports.all) {
      transport.disconnect('link_disabled');
      transport.end();
    }
    await rig.advance(60_000);
    expect(rig.transports.opened).toBe(2);
    expect(rig.pool.status).toMatchObject({ t: 'broken', error: 'link_disabled' });
    await rig.advance(86_400_000);
    expect(rig.transports.opened).toBeLessThan(60);
    rig.greetAll();
    await rig.advance(3_600_000);
    expect(rig.pool.status).toMatchObject({ t: 'live', sockets: 2 });
  });

  it('A pool refuses a token of another app', async () => {
    const rig = idle();
    rig.transports.onOpened = (transport) => transport.greet('A2', 1);
    rig.pool.setTokens([{ token: TOKEN, setAt: 1 }]);
    await rig.advance(0);
    expect(rig.pool.status).toMatchObject({ t: 'broken', error: 'wrong_app' });
    expect(rig.transports.alive).toHaveLength(0);
  });
});

describe('A pool of an app with too many sockets', () => {
  it('A pool backs off exponentially at too many sockets, and is quick again only after a socket has stayed up', async () => {
    const rig = idle();
    const times: number[] = [];
    rig.transports.onOpened = (transport) => {
      times.push(rig.clock.now());
      transport.url();
      transport.open();
      transport.disconnect('too_many_websockets');
    };
    rig.pool.setTokens([{ token: TOKEN, setAt: 1 }]);
    await rig.advance(3_600_000);
    expect(rig.pool.status).toMatchObject({ t: 'degraded', sockets: 0 });
    expect(times.length).toBeLessThan(16);
    const gaps = times.slice(1).map((time, n) => time - (times[n] ?? 0));
    expect(gaps.at(-1)).toBeGreaterThan(250_000);
    rig.greetAll();
    await rig.advance(700_000);
    expect(rig.pool.status).toMatchObject({ t: 'live', sockets: 2 });
  });

  it('A pool without room closes an announced socket before it opens the replacement', async () => {
    const rig = await live();
    rig.transports.onOpened = (transport) => {
      transport.url();
      transport.open();
      transport.disconnect('too_many_websockets');
    };
    rig.transports.at(0).disconnect('warning');
    await rig.advance(1);
    expect(rig.transports.opened).toBe(3);
    expect(rig.transports.at(0).ended).toBe(true);
    expect(rig.transports.alive).toEqual([rig.transports.at(1)]);
    expect(rig.pool.status).toMatchObject({ t: 'degraded', sockets: 1 });
    rig.greetAll();
    await rig.advance(120_000);
    expect(rig.pool.status).toMatchObject({ t: 'live', sockets: 2 });
  });

  it('A pool keeps trying while its only socket is announced to close', async () => {
    const rig = await live();
    rig.transports.at(0).disconnect('warning');
    rig.transports.onOpened = () => undefined;
    rig.transports.at(1).disconnect('too_many_websockets');
    rig.transports.at(1).end();
    rig.greetAll();
    await rig.advance(DEFAULT_POLICY.pool.atLimit.firstMs);
    expect(rig.pool.status.sockets).toBeGreaterThan(0);
    expect(rig.transports.at(0).ended).toBe(true);
  });

  it('A pool shows the sockets that Slack counts beyond ours, and counts again', async () => {
    const rig = idle();
    rig.greetAll(3);
    rig.pool.setTokens([{ token: TOKEN, setAt: 1 }]);
    await rig.advance(0);
    expect(rig.pool.status).toMatchObject({ t: 'live', sockets: 2, foreign: 3 });
    rig.greetAll(0);
    await rig.advance(DEFAULT_POLICY.pool.recountMs + 60_000);
    expect(rig.pool.status).toMatchObject({ t: 'live', sockets: 2, foreign: 0 });
  });
});

describe('The tokens of a pool', () => {
  it('A pool moves to a newer token without a gap', async () => {
    const rig = await live();
    const before = rig.events.length;
    rig.pool.setTokens([{ token: 'xapp-1-A1-2-second', setAt: 2 }]);
    await rig.advance(0);
    expect(rig.transports.alive.map(({ token }) => token)).toEqual([
      'xapp-1-A1-2-second',
      'xapp-1-A1-2-second',
    ]);
    const sockets = rig.events
      .slice(before)
      .flatMap((event) => (event.t === 'status_changed' ? [event.status.sockets] : []));
    expect(Math.min(...sockets)).toBeGreaterThanOrEqual(2);
  });

  it('A pool uses the newest valid one of two tokens and reports on the other', async () => {
    const rig = idle();
    rig.transports.onOpened = (transport) => {
      if (transport.token === TOKEN) transport.greet(APP, rig.transports.alive.length);
      else transport.refuse('invalid_auth');
    };
    rig.pool.setTokens([
      { token: TOKEN, setAt: 1 },
      { token: 'xapp-1-A1-2-second', setAt: 2 },
    ]);
    await rig.advance(0);
    expect(rig.pool.status).toMatchObject({
      t: 'live',
      sockets: 2,
      tokens: [
        { setAt: 2, verdict: { t: 'refused', error: 'invalid_auth' } },
        { setAt: 1, verdict: { t: 'valid' } },
      ],
    });
  });

  it('A pool keeps its old sockets while a new token is refused', async () => {
    const rig = await live();
    rig.transports.onOpened = (transport) => transport.refuse('invalid_auth');
    rig.pool.setTokens([{ token: 'xapp-1-A1-2-second', setAt: 2 }]);
    await rig.advance(1_000);
    expect(rig.pool.status).toMatchObject({ t: 'degraded', sockets: 2 });
    expect(rig.transports.at(0).ended).toBe(false);
  });

  it('A pool prefers a token that has opened a socket to one that has not, whatever their times', async () => {
    const rig = await live();
    const invented = { token: 'xapp-1-A1-2-invented', setAt: Date.parse('2099-01-01') };
    rig.pool.setTokens([{ token: TOKEN, setAt: 1 }, invented]);
    await rig.advance(60_000);
    expect(new Set(rig.transports.all.map(({ token }) => token))).toEqual(new Set([TOKEN]));
    const restarted = idle();
    restarted.greetAll();
    restarted.pool.setTokens([invented, { token: TOKEN, setAt: 0, isProven: true }]);
    await restarted.advance(60_000);
    expect(new Set(restarted.transports.all.map(({ token }) => token))).toEqual(new Set([TOKEN]));
    expect(restarted.fates).toContain(`opened ${APP} ${TOKEN}`);
  });

  it('A pool moves to a token that was saved on the page, although an older one has opened sockets', async () => {
    const rig = await live();
    const saved = { token: 'xapp-1-A1-2-second', setAt: 2, isProven: true };
    rig.pool.setTokens([{ token: TOKEN, setAt: 1, isProven: true }, saved]);
    await rig.advance(0);
    expect(rig.transports.alive.map(({ token }) => token)).toEqual([saved.token, saved.token]);
  });

  it('A pool that lost its sockets opens new ones at once, while refused tokens wait for their own budget', async () => {
    const rig = idle();
    rig.transports.onOpened = (transport) => {
      if (transport.token === TOKEN) transport.greet(APP, rig.transports.alive.length);
      else transport.refuse('invalid_auth');
    };
    const invented = Array.from({ length: 12 }, (_, n) => `xapp-1-A1-2-invented${n}`);
    // Somebody goes on writing other times beside them.
    const write = (time: number): void =>
      rig.pool.setTokens([
        { token: TOKEN, setAt: 1 },
        ...invented.map((token, n) => ({ token, setAt: time + n })),
      ]);
    const calls = (): number => rig.transports.all.filter(({ token }) => token !== TOKEN).length;
    write(100);
    await rig.advance(0);
    expect(rig.pool.status).toMatchObject({ t: 'live', sockets: 2 });
    expect(calls()).toBe(12);
    for (let minute = 1; minute <= 10; minute++) {
      write(1_000 * minute);
      for (const transport of rig.transports.alive) transport.end(1006);
      await rig.advance(1_000);
      expect(rig.pool.status.sockets).toBeGreaterThan(0);
      await rig.advance(59_000);
    }
    expect(calls()).toBeGreaterThan(12);
    expect(calls()).toBeLessThanOrEqual(12 + 11);
  });

  it('A refused token is used again as soon as Slack accepts it', async () => {
    const rig = idle();
    let isMended = false;
    rig.transports.onOpened = (transport) => {
      if (transport.token === TOKEN && !isMended) transport.refuse('access_denied');
      else transport.greet(APP, rig.transports.alive.length);
    };
    rig.pool.setTokens([
      { token: TOKEN, setAt: 2 },
      { token: 'xapp-1-A1-2-second', setAt: 1 },
    ]);
    await rig.advance(0);
    expect(rig.fates).toContain(`refused ${APP} ${TOKEN}`);
    expect(rig.pool.status).toMatchObject({ t: 'live', tokens: [{ verdict: { t: 'refused' } }, {}] });
    isMended = true;
    await rig.advance(DEFAULT_POLICY.pool.probe.firstMs + 60_000);
    expect(rig.pool.status).toMatchObject({ t: 'live', tokens: [{ verdict: { t: 'valid' } }, {}] });
    expect(rig.transports.alive.every(({ token }) => token === TOKEN)).toBe(true);
  });

  it.each([
    ['was saved later', 'newer', { setAt: 1_000_000 }, { setAt: 2_000_000 }],
    [
      'was saved later and Slack has accepted it',
      'newer',
      { setAt: 1_000_000 },
      { setAt: 2_000_000, isProven: true },
    ],
    [
      'was saved earlier and Slack has accepted it',
      'accepted',
      { setAt: 2_000_000 },
      { setAt: 1_000_000, isProven: true },
    ],
    [
      'and the other were saved at unknown times and accepted',
      'other',
      { setAt: -1, isProven: true },
      { setAt: 0, isProven: true },
    ],
    [
      'and the other were saved at the same time and accepted',
      'other',
      { setAt: 999_999, isProven: true },
      { setAt: 1_000_000, isProven: true },
    ],
    ['was saved at an unknown time and Slack has accepted it', 'accepted', { setAt: -1 }, { setAt: 0 }],
  ] as const)(
    'A pool says why it does not use a token: the one that it uses %s',
    async (_, by, other, used) => {
      const rig = idle();
      rig.greetAll();
      rig.pool.setTokens([
        { token: TOKEN, ...other },
        { token: 'xapp-1-A1-2-second', ...used },
      ]);
      await rig.advance(0);
      expect(rig.pool.status.tokens).toContainEqual({ setAt: used.setAt, verdict: { t: 'valid' } });
      expect(rig.pool.status.tokens).toContainEqual({ setAt: other.setAt, verdict: { t: 'superseded', by } });
    },
  );
});

describe('A pool under load', () => {
  it('A pool grows with envelopes in flight, leaves room for a rotation and shrinks when it is calm', async () => {
    const rig = await live({
      ...DEFAULT_POLICY,
      limiter: { ...DEFAULT_POLICY.limiter, appBurst: 1_000, appEveryMs: 1 },
    });
    let n = 0;
    for (let second = 0; second < 60; second++) {
      for (const transport of rig.transports.alive)
        for (let k = 0; k < 100; k++) transport.envelope(`e${n++}`);
      await rig.advance(1_000);
    }
    expect(rig.pool.status).toMatchObject({ t: 'live', sockets: 8 });
    expect(rig.events.filter(({ t }) => t === 'resized')).toHaveLength(6);
    await rig.advance(3_600_000);
    expect(rig.pool.status).toMatchObject({ t: 'live', sockets: 2 });
  });

  it('A pool never has more than ten sockets, whatever is announced at once', async () => {
    const rig = await live({
      ...DEFAULT_POLICY,
      pool: { ...DEFAULT_POLICY.pool, sockets: 8 },
      limiter: { ...DEFAULT_POLICY.limiter, appBurst: 1_000, appEveryMs: 1 },
    });
    let most = 0;
    rig.transports.onOpened = (transport) => {
      most = Math.max(most, rig.transports.alive.length);
      transport.greet(APP, rig.transports.alive.length);
    };
    for (const transport of rig.transports.alive) transport.disconnect('warning');
    await rig.advance(20_000);
    expect(most).toBeLessThanOrEqual(10);
    expect(rig.pool.status).toMatchObject({ t: 'live', sockets: 8 });
    expect(rig.transports.all.slice(0, 8).every(({ ended }) => ended)).toBe(true);
  });
});
