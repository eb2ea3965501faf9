import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../../src/slack/policy.js';
import { APP, TOKEN } from './pool-rig.js';
import { idle, live } from './pools.js';

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
