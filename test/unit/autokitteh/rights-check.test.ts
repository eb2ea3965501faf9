import { afterEach, describe, expect, it } from 'vitest';
import type { User } from '../../../src/autokitteh/client.js';
import {
  createRightsCheck,
  type RightsState,
  type RightsCheck,
} from '../../../src/autokitteh/rights-check.js';
import { Channel } from '../../../src/core/channel.js';
import { PluginError } from '../../../src/core/errors.js';
import { Health } from '../../../src/core/health.js';
import { HandClock, settle } from '../../helpers/hand-clock.js';

const SYSTEM: User = { userId: 'usr_3vser000000000000000000000', displayName: 'System User' };
const DEFAULT: User = { userId: 'usr_3vser000000000000000000001', displayName: 'Default User' };
const forbidden = new PluginError('forbidden', 'AutoKitteh says "unauthorized"');

class Server {
  readonly refusals = new Channel<PluginError>();
  looks = 0;
  user: User | PluginError | undefined = SYSTEM;
  refusal: PluginError | undefined;

  whoAmI(): Promise<User | undefined> {
    this.looks += 1;
    return this.user instanceof PluginError ? Promise.reject(this.user) : Promise.resolve(this.user);
  }

  findActiveConnections(): Promise<string[]> {
    if (this.refusal === undefined) return Promise.resolve([]);
    this.refusals.emit(this.refusal);
    return Promise.reject(this.refusal);
  }
}

describe('the identity check', () => {
  const clock = new HandClock();
  let server = new Server();
  let check: RightsCheck;
  let health: Health;

  function start(source: 'token' | 'sign_key' | 'none'): void {
    server = new Server();
    health = new Health();
    const options = { server, source, integrationId: 'int_x', variable: 'v', clock, health };
    check = createRightsCheck(options);
  }

  afterEach(async () => {
    await check.stop();
    expect(clock.pendingTimers).toBe(0);
    expect(server.refusals.subscriberCount).toBe(0);
  });

  it('The identity check accepts rights that work, whoever has them', async () => {
    start('token');
    server.user = { userId: 'usr_service', displayName: 'Service' };
    expect(await check.check()).toMatchObject({ t: 'sufficient', user: { userId: 'usr_service' } });
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([
    ['none', DEFAULT, forbidden, 'Without a credential AutoKitteh treats this program as its default user'],
    ['sign_key', DEFAULT, forbidden, 'does not recognize AUTOKITTEH_SIGN_KEY and treats'],
    [
      'token',
      { userId: 'usr_7', displayName: 'Ann' },
      forbidden,
      'treats this program as Ann (usr_7), who lacks required rights',
    ],
    [
      'none',
      new PluginError('unauthenticated', 'no'),
      undefined,
      'requires a credential, and none is configured',
    ],
    [
      'token',
      new PluginError('unauthenticated', 'invalid token'),
      undefined,
      'rejected AUTOKITTEH_TOKEN (invalid token)',
    ],
  ] as const)(
    'The identity check with credential %s as %o says what to do',
    async (source, user, refusal, words) => {
      start(source);
      server.user = user;
      server.refusal = refusal;
      expect(await check.check()).toMatchObject({
        t: 'insufficient',
        advice: expect.stringContaining(words) as string,
      });
    },
  );

  it('The identity check repeats itself until the rights are there', async () => {
    start('sign_key');
    const seen: RightsState['t'][] = [];
    check.events.subscribe(({ t }) => seen.push(t));
    server.user = new PluginError('server_unavailable', 'down');
    await check.check();
    await clock.advance(30_000);
    server.user = SYSTEM;
    await clock.advance(30_000);
    expect(check.current()).toMatchObject({ t: 'sufficient' });
    expect(seen).toEqual(['unreachable', 'sufficient']);
    expect(server.looks).toBe(3);
  });

  it('The identity check runs once after a burst of refusals, and not because of its own refusal', async () => {
    start('sign_key');
    await check.check();
    server.refusal = forbidden;
    for (let i = 0; i < 10; i++) server.refusals.emit(forbidden);
    await clock.advance(5_000);
    expect(server.looks).toBe(2);
    expect(check.current().t).toBe('insufficient');
    await clock.advance(29_000);
    expect(server.looks).toBe(2);
  });

  it('The identity check looks once more when an outage has ended, and not while it lasts', async () => {
    start('sign_key');
    health.set('server', ['down']);
    server.user = new PluginError('server_unavailable', 'down');
    await check.check();
    for (const reason of ['refused', 'timed out', 'refused']) health.set('server', [reason]);
    await settle();
    expect(server.looks).toBe(1);
    server.user = SYSTEM;
    health.set('server', []);
    await settle();
    expect(check.current().t).toBe('sufficient');
    health.set('server', ['down']);
    health.set('server', []);
    await settle();
    expect(server.looks).toBe(2);
  });

  it('The identity check runs once for callers that ask at the same time', async () => {
    start('sign_key');
    await Promise.all([check.check(), check.check()]);
    expect(server.looks).toBe(1);
  });
});
