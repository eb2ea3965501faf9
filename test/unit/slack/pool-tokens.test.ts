import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../../src/slack/policy.js';
import { APP, TOKEN } from './pool-rig.js';
import { idle, live } from './pools.js';

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
