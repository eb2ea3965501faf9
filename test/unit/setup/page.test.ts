import { describe, expect, it } from 'vitest';
import { slackSiteOf } from '../../../src/slack/app-pages.js';
import { PluginError } from '../../../src/core/errors.js';
import {
  APP_TOKEN,
  BOT_TOKEN,
  CONNECTION,
  createFakeSetup,
  GOOD,
  PERSON,
  post,
  type FakeSetup,
} from './fakes.js';

const ADDRESS = `/slack/?cid=${CONNECTION}&origin=cli`;
const BUILT_IN = { auth_type: 'socketMode', private_app_token: APP_TOKEN, private_bot_token: BOT_TOKEN };
const OURS = { auth_type: 'socketMode', socket_mode_app_token: APP_TOKEN, private_bot_token: BOT_TOKEN };

async function open(
  { app }: FakeSetup,
  address = ADDRESS,
): Promise<{ status: number; text: string; headers: Headers }> {
  const response = await app.request(address, { headers: { authorization: PERSON } });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

/** Presses a button of the page, as its form is sent without script. */
function press(setup: FakeSetup, action: string, fields: Record<string, string> = {}): Promise<Response> {
  return post(setup, { cid: CONNECTION, origin: 'cli', auth_type: 'socketMode', action, ...fields });
}

describe('the page', () => {
  it('The page has one address, with and without a slash at the end', async () => {
    const { app } = createFakeSetup();
    const response = await app.request(`/slack?cid=${CONNECTION}&origin=cli`);
    expect([response.status, response.headers.get('location')]).toEqual([307, ADDRESS]);
  });

  it('The page loads only its own style sheets and scripts, and no site can frame it', async () => {
    const setup = createFakeSetup();
    const first = await open(setup);
    const policy = first.headers.get('content-security-policy') ?? '';
    const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("base-uri 'none'");
    const loading = first.text.match(/<(?:link rel="stylesheet"|script)[^>]*>/g) ?? [];
    expect(loading.length).toBeGreaterThan(1);
    for (const element of loading) expect(element).toContain(`nonce="${nonce}"`);
    expect(first.headers.get('x-frame-options')).toBe('DENY');
    expect(first.headers.get('referrer-policy')).toBe('same-origin');
    expect(first.headers.get('cache-control')).toBe('no-store');
    // A nonce is worth something only once.
    expect((await open(setup)).text).not.toContain(nonce);
  });

  it('The page serves its own files and no others', async () => {
    const { app } = createFakeSetup();
    for (const name of ['page.css', 'page.js', 'token-shape.js', 'icon.svg']) {
      const response = await app.request(`/slack/assets/${name}`);
      expect(response.status, name).toBe(200);
      const again = await app.request(`/slack/assets/${name}`, {
        headers: { 'if-none-match': response.headers.get('etag') ?? '' },
      });
      expect(again.status, name).toBe(304);
    }
    for (const name of ['tsconfig.json', '..%2Fsetup.ts', 'nothing.js', 'constructor']) {
      expect((await app.request(`/slack/assets/${name}`)).status, name).toBe(404);
    }
  });

  it('The page escapes all text that came from elsewhere', async () => {
    const setup = createFakeSetup();
    const script = '<script>alert(1)</script>';
    setup.autokitteh.store({ ...OURS, team_name: script, user_name: script, app_id: script });
    const { text } = await open(
      setup,
      `/slack/?cid=${CONNECTION}&origin=${encodeURIComponent(`"><img src=x>`)}`,
    );
    expect(text).not.toContain('<script>alert');
    expect(text).not.toContain('<img src=x>');
  });

  it.each([
    ['nothing', {}, 'Paste both tokens'],
    ['another type', { auth_type: 'oauthDefault' }, 'of the type <code>oauthDefault</code> now'],
    [
      'half of it',
      { auth_type: 'socketMode', private_bot_token: BOT_TOKEN },
      'socket_mode_app_token is missing',
    ],
    ['what the built-in stored', BUILT_IN, 'Open sockets here'],
    ['both tokens', OURS, 'Right now'],
    ['both tokens and the built-in’s', { ...OURS, private_app_token: APP_TOKEN }, 'One more step'],
  ])('The page shows what there is to do with %s', async (_what, stored, words) => {
    const setup = createFakeSetup();
    setup.autokitteh.store(stored);
    const { status, text } = await open(setup);
    expect(status).toBe(200);
    expect(text).toContain(words);
    expect(text).not.toContain(APP_TOKEN);
    expect(text).not.toContain(BOT_TOKEN);
  });

  it.each([
    ['a malformed id', 'x', undefined, 400, 'Invalid connection ID'],
    ['an unknown connection', 'con_00000000000000000000000000', undefined, 404, 'Connection not found'],
    ['a server that is away', CONNECTION, 'server_unavailable', 502, 'Try again in a moment'],
  ] as const)('The page says so for %s', async (_what, id, failure, status, words) => {
    const setup = createFakeSetup();
    if (failure !== undefined) setup.autokitteh.failure = new PluginError(failure, 'refused');
    const page = await open(setup, `/slack/?cid=${id}`);
    expect(page.status).toBe(status);
    expect(page.text).toContain(words);
  });

  it('The page asks people who are not logged in to log in', async () => {
    const { app } = createFakeSetup();
    const response = await app.request(ADDRESS);
    expect(response.status).toBe(401);
    expect(await response.text()).toContain('Log in to AutoKitteh');
  });
});

describe('the state', () => {
  it('The state is shown to people who may see the connection', async () => {
    const setup = createFakeSetup();
    setup.live.set(CONNECTION, {
      status: { code: 'ok', message: 'Fine' },
      active: true,
      sockets: { open: 2, wanted: 2, counted: 2 },
      lastEvent: { type: 'message', at: 0 },
      delivered: 5,
      waiting: 1,
      dead: 0,
    });
    const { status, text } = await open(setup, `/slack/assets/state?cid=${CONNECTION}`);
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({
      status: { code: 'ok', message: 'Fine' },
      active: true,
      sockets: { open: 2, wanted: 2, counted: 2 },
      lastEvent: { type: 'message', at: '1970-01-01T00:00:00.000Z' },
      delivered: 5,
      waiting: 1,
      dead: 0,
    });
  });

  it('The state is not shown to anyone else', async () => {
    const { app } = createFakeSetup();
    const address = `/slack/assets/state?cid=${CONNECTION}`;
    expect((await app.request(address)).status).toBe(401);
    const stranger = await app.request(address, { headers: { authorization: 'Bearer someone-elses' } });
    expect(stranger.status).toBe(404);
    expect((await app.request('/slack/assets/state', { headers: { authorization: PERSON } })).status).toBe(
      400,
    );
  });
});

describe('the buttons', () => {
  it('The save button leads back to the page and keeps the origin', async () => {
    const setup = createFakeSetup();
    const response = await press(setup, 'save', {
      bot_token: BOT_TOKEN,
      app_token: APP_TOKEN,
      origin: 'dash',
    });
    expect([response.status, response.headers.get('location')]).toEqual([
      303,
      `/slack/?cid=${CONNECTION}&origin=dash`,
    ]);
    expect(setup.changed).toEqual([CONNECTION]);
  });

  it('The check button asks Slack for a socket, and the save that follows does not ask again', async () => {
    const setup = createFakeSetup();
    const tokens = { bot_token: BOT_TOKEN, app_token: APP_TOKEN };
    const asked = (): number =>
      setup.slack.calls.filter(({ method }) => method === 'apps.connections.open').length;
    expect(await (await press(setup, 'check', tokens)).text()).toContain('Both tokens are right');
    expect([asked(), setup.autokitteh.writes.length]).toEqual([1, 0]);
    expect((await press(setup, 'save', tokens)).status).toBe(303);
    expect(asked()).toBe(1);
    expect((await press(setup, 'save', tokens)).status).toBe(303);
    expect(asked()).toBe(2);
    await press(setup, 'check', tokens);
    await setup.clock.advance(61_000);
    await press(setup, 'save', tokens);
    expect(asked()).toBe(4);
  });

  it('An empty field keeps the stored token', async () => {
    const setup = createFakeSetup();
    setup.autokitteh.store(OURS);
    const rotated = 'xoxb-111-222-rotated';
    expect((await press(setup, 'save', { bot_token: rotated, app_token: '' })).status).toBe(303);
    expect(setup.autokitteh.stored.get('private_bot_token')?.value).toBe(rotated);
    expect(setup.autokitteh.stored.get('socket_mode_app_token')?.value).toBe(APP_TOKEN);
  });

  it('The adopt button copies the tokens and the finish button deletes the old ones', async () => {
    const setup = createFakeSetup();
    setup.autokitteh.store({ ...BUILT_IN, install_ids: 'A/E/T' });
    expect((await press(setup, 'finish')).status).toBe(400);
    expect((await press(setup, 'adopt')).status).toBe(303);
    expect(setup.autokitteh.stored.get('socket_mode_app_token')).toEqual({
      name: 'socket_mode_app_token',
      value: APP_TOKEN,
      isSecret: true,
    });
    expect((await press(setup, 'adopt')).status).toBe(400);
    expect((await press(setup, 'finish')).status).toBe(303);
    expect([...setup.autokitteh.stored.keys()]).not.toContain('private_app_token');
    expect([...setup.autokitteh.stored.keys()]).toContain('install_ids');
  });

  it('The disconnect button deletes the variables that set-up stored and no others', async () => {
    const setup = createFakeSetup();
    await post(setup, GOOD);
    setup.autokitteh.store({ private_app_token: APP_TOKEN, somebody_elses: 'x' });
    const question = await press(setup, 'disconnect');
    expect([question.status, await question.text()]).toEqual([
      200,
      expect.stringContaining('Delete both tokens of <b>my_slack</b>?'),
    ]);
    expect(setup.autokitteh.writes).toHaveLength(1);
    expect((await press(setup, 'disconnect', { confirmed: 'yes' })).status).toBe(303);
    expect([...setup.autokitteh.stored.keys()]).toEqual(['somebody_elses']);
  });

  it('The choices of a person are stored and shown as they are stored', async () => {
    const setup = createFakeSetup();
    setup.autokitteh.store(OURS);
    const boxes = async (): Promise<string[]> =>
      [
        ...(await open(setup)).text.matchAll(
          /name="(answer_\w+|update_message|own_events|order)" value="on" checked/g,
        ),
      ].map(([, name = '']) => name);
    expect(await boxes()).toEqual(['update_message', 'order']);
    const ticked = { answer_slash_command: 'on', answer_options: 'on' };
    expect((await press(setup, 'choose', ticked)).status).toBe(303);
    expect(setup.changed).toEqual([CONNECTION]);
    expect(setup.autokitteh.stored.get('socket_mode_answers')?.value).toBe('slash_command,options');
    expect(setup.autokitteh.stored.get('socket_mode_button_update')?.value).toBe('off');
    expect(await boxes()).toEqual(['answer_slash_command', 'answer_options']);
    expect(setup.autokitteh.stored.get('socket_mode_own_events')?.value).toBe('off');
    expect(setup.autokitteh.stored.get('socket_mode_order')?.value).toBe('off');
    await press(setup, 'choose', { update_message: 'on', own_events: 'on', order: 'on' });
    expect(setup.autokitteh.stored.get('socket_mode_own_events')?.value).toBe('on');
    expect(setup.autokitteh.stored.get('socket_mode_order')?.value).toBe('on');
    expect(await boxes()).toEqual(['update_message', 'own_events', 'order']);
    expect(setup.autokitteh.writes).toHaveLength(2);
  });

  it('A test message goes to a member or a channel with the stored token', async () => {
    const setup = createFakeSetup();
    setup.autokitteh.store(OURS);
    const response = await press(setup, 'test_message', { recipient: ' U0123456789 ' });
    expect(response.status).toBe(200);
    expect(setup.slack.calls.filter(({ method }) => method.startsWith('chat.'))).toMatchObject([
      { method: 'chat.postMessage', token: BOT_TOKEN, args: { channel: 'U0123456789' } },
    ]);
    setup.slack.failures.set('chat.postMessage', { t: 'refused', error: 'not_in_channel' });
    const refused = await press(setup, 'test_message', { recipient: '#general' });
    expect([refused.status, await refused.text()]).toEqual([
      400,
      expect.stringContaining('invite it there first'),
    ]);
    expect((await press(setup, 'test_message', { recipient: 'no one' })).status).toBe(400);
  });

  it('A button does nothing for people without the right, from another site, or when it does not exist', async () => {
    for (const action of ['save', 'check', 'test_message', 'adopt', 'finish', 'disconnect', 'choose']) {
      const setup = createFakeSetup();
      setup.autokitteh.store(BUILT_IN);
      const form = { ...GOOD, action, recipient: 'U0123456789' };
      expect((await post(setup, form, { authorization: 'Bearer someone-elses' })).status, action).toBe(404);
      const forged = { cookie: 'ak_user_session=persons-token', 'sec-fetch-site': 'cross-site' };
      expect((await post(setup, form, forged)).status, action).toBe(403);
      expect([setup.autokitteh.writes, setup.slack.calls], action).toEqual([[], []]);
    }
    expect((await press(createFakeSetup(), 'constructor')).status).toBe(400);
  });

  it('The page stays, with the reason beside it, when the server refuses', async () => {
    const setup = createFakeSetup();
    const { autokitteh } = setup;
    const forCaller = autokitteh.forCaller.bind(autokitteh);
    autokitteh.forCaller = (by) => ({
      ...forCaller(by),
      setVariables: () => Promise.reject(new PluginError('forbidden', 'AutoKitteh says "unauthorized"')),
    });
    const response = await press(setup, 'save', { bot_token: BOT_TOKEN, app_token: APP_TOKEN });
    const text = await response.text();
    expect(response.status).toBe(403);
    expect(text).toContain('Nothing was stored.');
    expect(text).toContain('AutoKitteh does not let you do this');
    expect(text).not.toContain(APP_TOKEN);
  });
});

describe('The page for government Slack', () => {
  it.each([
    ['https://slack-gov.com/api/', 'slack-gov.com'],
    ['https://SLACK-GOV.com/api/', 'slack-gov.com'],
    ['https://proxy.slack-gov.com/api/', 'slack-gov.com'],
    ['https://slack.com/api/', 'slack.com'],
    ['https://slack-gov.com.example/api/', 'slack.com'],
    ['https://notslack-gov.com/api/', 'slack.com'],
    ['http://127.0.0.1:4321/slack-gov.com/', 'slack.com'],
  ])('The page and its policy lead to the site of the API %s', async (apiUrl, site) => {
    expect(slackSiteOf(apiUrl)).toBe(site);
    const { text, headers } = await open(createFakeSetup({ slackSite: slackSiteOf(apiUrl) }));
    expect(/id="create-link"\s+href="(https:\/\/[^/]+\/apps)\?/.exec(text)?.[1]).toBe(
      `https://api.${site}/apps`,
    );
    const [, formAction] = /form-action ([^;]*)/.exec(headers.get('content-security-policy') ?? '') ?? [];
    expect(formAction).toBe(`'self' https://${site} https://*.${site} vscode:`);
  });
});
