import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../../src/slack/policy.js';
import { APP } from './pool-rig.js';
import { live } from './pools.js';

/** For hours of quiet: pings once a minute, so that a test's clock gets through them. */
const QUIET = {
  ...DEFAULT_POLICY,
  liveness: { tickMs: 60_000, pingTicks: 2, suspectTicks: 1, wakeMs: 3_600_000 },
};

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
