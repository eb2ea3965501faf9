import { describe, expect, it } from 'vitest';
import { setupStateOf } from '../../../src/connections/variables.js';
import { APP_TOKEN, BOT_TOKEN, CONNECTION, createFakeSetup, GOOD, PERSON, post } from './fakes.js';

/** AutoKitteh's user interfaces use the endpoint of the built-in integration: same parameters, texts and redirects. */
describe('the save endpoint', () => {
  it.each([
    ['cli', `/connections/${CONNECTION}/success`],
    ['web', `/connections/${CONNECTION}/success`],
    ['dash', `/internal/dashboard/connections/${CONNECTION}?msg=Success`],
    ['vscode', `vscode://autokitteh.autokitteh?cid=${CONNECTION}`],
  ])('The save endpoint leads a person who came from %s back', async (origin, location) => {
    const setup = createFakeSetup();
    const response = await post(setup, { ...GOOD, origin });
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toBe(location);
    expect(setup.changed).toEqual([CONNECTION]);
  });

  it.each([
    ['cli', `https://ak.example.com/connections/${CONNECTION}/success`],
    ['dash', `https://ak.example.com/internal/dashboard/connections/${CONNECTION}?msg=Success`],
    ['vscode', `vscode://autokitteh.autokitteh?cid=${CONNECTION}`],
  ])(
    'The save endpoint leads a person who came from %s back to a server at another address',
    async (origin, location) => {
      const setup = createFakeSetup({ serverUrl: 'https://ak.example.com' });
      const response = await post(setup, { ...GOOD, origin });
      expect(response.headers.get('location')).toBe(location);
      const page = await setup.app.request(`/slack/?cid=${CONNECTION}&origin=${origin}`, {
        headers: { authorization: PERSON },
      });
      expect(await page.text()).toContain(`href="${location}"`);
    },
  );

  it('The save endpoint stores everything in one call with the person’s own credentials', async () => {
    const setup = createFakeSetup();
    await post(setup, GOOD, { cookie: 'ak_user_session=persons-token' });
    expect(setup.autokitteh.writes).toHaveLength(1);
    expect(setup.autokitteh.writes[0]?.by).toEqual({
      authorization: undefined,
      cookie: 'ak_user_session=persons-token',
    });
    expect([...setup.autokitteh.stored.values()]).toEqual([
      { name: 'auth_type', value: 'socketMode', isSecret: false },
      { name: 'socket_mode_app_token', value: APP_TOKEN, isSecret: true },
      { name: 'private_bot_token', value: BOT_TOKEN, isSecret: true },
      { name: 'enterprise_id', value: '', isSecret: false },
      { name: 'team_name', value: 'Acme', isSecret: false },
      { name: 'team_id', value: 'T0ACME0001', isSecret: false },
      { name: 'user_name', value: 'autokitteh', isSecret: false },
      { name: 'user_id', value: 'U0BOT00001', isSecret: false },
      { name: 'bot_name', value: 'AutoKitteh', isSecret: false },
      { name: 'bot_id', value: 'B0BOT00001', isSecret: false },
      { name: 'bot_updated', value: '2023-11-14T22:13:20Z', isSecret: false },
      { name: 'app_id', value: 'A0APP00001', isSecret: false },
      { name: 'install_ids', value: 'A0APP00001//T0ACME0001', isSecret: false },
      { name: 'socket_mode_saved_at', value: '2023-11-14T22:13:20Z', isSecret: false },
    ]);
  });

  it('The save endpoint takes the web UI’s request: parameters in the query, untrimmed tokens in the body, its own spelling', async () => {
    const setup = createFakeSetup({ trustedOrigins: ['https://app.autokitteh.cloud'] });
    const response = await post(
      setup,
      { bot_token: ` ${BOT_TOKEN}\n`, app_token: `\t${APP_TOKEN} ` },
      { authorization: PERSON, origin: 'https://app.autokitteh.cloud', 'sec-fetch-site': 'cross-site' },
      `?cid=${CONNECTION}&origin=web&auth_type=socket`,
    );
    expect(response.status).toBe(302);
    expect(response.headers.get('access-control-allow-origin')).toBe('https://app.autokitteh.cloud');
    expect(setup.autokitteh.stored.get('auth_type')?.value).toBe('socket');
    expect(setup.autokitteh.stored.get('private_bot_token')?.value).toBe(BOT_TOKEN);
  });

  it('The save endpoint answers the preflight of the web UI’s request', async () => {
    const { app } = createFakeSetup();
    const response = await app.request('/slack/save?cid=x', {
      method: 'OPTIONS',
      headers: {
        origin: 'https://app.autokitteh.cloud',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-methods')).toContain('POST');
    expect(response.headers.get('access-control-allow-headers')).toBe('authorization,content-type');
  });

  it('Saving tells the program whose the tokens are, as Slack said, once they are stored', async () => {
    const setup = createFakeSetup();
    await post(setup, GOOD);
    const owner = { appId: 'A0APP00001', enterpriseId: '', teamId: 'T0ACME0001' };
    const bot = { botUserId: 'U0BOT00001', botId: 'B0BOT00001' };
    const tokens = { botToken: BOT_TOKEN, appToken: APP_TOKEN };
    expect(setup.saved).toEqual([[tokens, { ...owner, ...bot }, 'Acme']]);
    const refused = createFakeSetup();
    refused.slack.botApp = 'A0OTHER001';
    expect((await post(refused, GOOD)).status).toBe(400);
    expect(refused.saved).toEqual([]);
  });

  it('Saving again replaces the tokens', async () => {
    const setup = createFakeSetup();
    await post(setup, GOOD);
    const rotated = 'xoxb-111-222-rotated';
    expect((await post(setup, { ...GOOD, bot_token: rotated })).status).toBe(302);
    expect(setup.autokitteh.stored.get('private_bot_token')?.value).toBe(rotated);
  });

  it('Two savings within one second have different times, so that the newest token is known', async () => {
    const setup = createFakeSetup();
    const saved = async (): Promise<number | undefined> => {
      await post(setup, GOOD);
      const { stored } = setup.autokitteh;
      const state = setupStateOf(new Map([...stored].map(([name, { value }]) => [name, value])));
      return state.t === 'complete' ? state.savedAt : undefined;
    };
    await setup.clock.advance(20);
    expect(await saved()).toBe(setup.clock.now());
    await setup.clock.advance(1);
    expect(await saved()).toBe(setup.clock.now());
    expect(setup.autokitteh.stored.get('bot_updated')?.value).toBe('2023-11-14T22:13:20Z');
  });
});
