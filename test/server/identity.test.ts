import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokensOf } from '../world/autokitteh-tokens.js';
import { refusalOf } from '../helpers/refusal.js';
import { hasDefaultUser, startServerUnderTest, type ServerUnderTest } from '../world/server.js';

const SYSTEM_USER_ID = 'usr_3vser000000000000000000000';
const DEFAULT_USER_ID = 'usr_3vser000000000000000000001';
const OTHER_KEY = '5'.repeat(64);

// A stand-in is tried in both of its modes; a real server in the one that it runs in.
const modes = process.env['AUTOKITTEH_URL'] === undefined ? [false, true] : [undefined];

describe.each(modes)('credentials (default user of a stand-in: %s)', (defaultUser) => {
  let server: ServerUnderTest;
  let hasDefault: boolean;

  beforeAll(async () => {
    server = await startServerUnderTest(defaultUser === undefined ? {} : { defaultUser });
    hasDefault = await hasDefaultUser(server);
  });
  afterAll(() => server.stop());

  const whoIs = async (headers: Record<string, string>): Promise<string | undefined> =>
    (await server.clients({ headers }).auth.whoAmI({})).user?.userId;

  it('An internal token is the system user', async () => {
    const { user } = await server.system.auth.whoAmI({});
    expect(user).toMatchObject({ userId: SYSTEM_USER_ID, displayName: 'System User' });
  });

  it('An internal token that ends in 600 seconds is taken', async () => {
    expect(await whoIs({ authorization: `Bearer ${await server.systemToken()}` })).toBe(SYSTEM_USER_ID);
  });

  it.each([
    ['no token', undefined, 'unauthenticated'],
    ['garbage', () => 'Bearer garbage', 'invalid token'],
    ['an expired token', async () => `Bearer ${await tokensOf(keyOf(server)).system(-60)}`, 'invalid token'],
    ['a token of another key', async () => `Bearer ${await tokensOf(OTHER_KEY).system()}`, 'invalid token'],
    ['another scheme', () => 'Basic YTpi', 'invalid authorization header'],
  ])(
    'A request with %s is the default user where there is one, or else a 401 that clients report as unauthenticated',
    async (_, make, words) => {
      const headers: Record<string, string> = make === undefined ? {} : { authorization: await make() };
      if (hasDefault) {
        expect(await whoIs(headers)).toBe(DEFAULT_USER_ID);
        return;
      }
      expect((await refusalOf(whoIs(headers))).code).toBe('Unauthenticated');
      const response = await fetch(`${server.url}/slack/`, { headers });
      expect([response.status, await response.text()]).toEqual([401, `${words}\n`]);
    },
  );

  it("A user's token works as bearer, and as the cookies of a browser", async () => {
    const { userId, token } = await server.createUser();
    expect(await whoIs({ authorization: `Bearer ${token}` })).toBe(userId);
    expect(await whoIs({ cookie: `ak_user_session=${token}; ak_logged_in=true` })).toBe(userId);
  });

  it('A cookie counts although the bearer is garbage', async () => {
    const { userId, token } = await server.createUser();
    const cookie = `ak_user_session=${token}; ak_logged_in=true`;
    expect(await whoIs({ cookie, authorization: 'Bearer garbage' })).toBe(userId);
  });

  it('JSON bodies are taken like binary ones', async () => {
    const { userId, token } = await server.createUser();
    const clients = server.clients({ json: true, headers: { authorization: `Bearer ${token}` } });
    expect((await clients.auth.whoAmI({})).user?.userId).toBe(userId);
  });
});

function keyOf(server: ServerUnderTest): string {
  return server.standIn?.signKey ?? process.env['AUTOKITTEH_SIGN_KEY'] ?? OTHER_KEY;
}
