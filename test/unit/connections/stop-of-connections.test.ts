import { describe, expect, it } from 'vitest';
import { LIVE_POLICY } from '../../../src/connections/policy.js';
import { TOKENS, start, startWithStatusOnItsWay } from './live-connections-rig.js';

describe('A stop of live connections', () => {
  it('Live connections stop at once although the server does not answer', async () => {
    const { clock, server, live } = start();
    server.hangs = true;
    live.start();
    await clock.advance(1_000);
    await live.stop();
    expect(clock.pendingTimers).toBe(0);
  });

  it('The server is told at a stop that the program is not running, active connections first', async () => {
    const { clock, server, live } = start();
    server.add('idle', TOKENS, false);
    server.add('active');
    server.add('oauth', { auth_type: 'oauthDefault' });
    live.start();
    await clock.advance(LIVE_POLICY.reconcileMs);
    server.pushes.length = 0;
    await live.stop();
    expect(server.pushes).toEqual(['active', 'idle']);
    for (const id of ['active', 'idle'])
      expect(server.connections.get(id)?.status).toMatchObject({
        code: 'error',
        message: expect.stringContaining('is not running') as string,
      });
    expect(server.connections.get('oauth')?.status.message).toBe('Using Socket Mode');
  });

  it('No status that was on its way replaces the one of a stopped program', async () => {
    const { clock, live, one, arrive } = await startWithStatusOnItsWay();
    const stopped = live.stop();
    await clock.advance(1_000);
    arrive();
    await clock.advance(1);
    await stopped;
    expect(one.status.message).toContain('is not running');
  });

  it('A stop tells the server of stopped connections for five seconds at most', async () => {
    const { clock, server, live } = start();
    server.add('one');
    live.start();
    await clock.advance(LIVE_POLICY.reconcileMs);
    server.hangs = true;
    let over = false;
    const stopped = live.stop().then(() => (over = true));
    await clock.advance(LIVE_POLICY.finalStatusesMs - 1);
    expect(over).toBe(false);
    await clock.advance(1);
    await stopped;
  });
});
