import { describe, expect, it } from 'vitest';
import { slackSiteOf } from '../../../src/slack/app-pages.js';
import { PluginError } from '../../../src/core/errors.js';
import { APP_TOKEN, BOT_TOKEN, CONNECTION, createFakeSetup, PERSON } from './fakes.js';
import { ADDRESS, BUILT_IN, OURS, open } from './page-requests.js';

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
