import { describe, expect, it } from 'vitest';
import { socketWords, statusWord } from '../../../src/browser/live-state.js';
import { byPurpose } from '../../../src/browser/purposes.js';
import { BOT_SCOPES, EVENT_SCOPES } from '../../../src/browser/event-scopes.js';
import { PluginError } from '../../../src/core/errors.js';
import { APP_TOKEN, BOT_TOKEN, CONNECTION, createFakeSetup, PERSON, post, type FakeSetup } from './fakes.js';

const OURS = { auth_type: 'socketMode', socket_mode_app_token: APP_TOKEN, private_bot_token: BOT_TOKEN };
const FORM = { cid: CONNECTION, origin: 'cli', auth_type: 'socketMode' };
const TOKENS = { bot_token: BOT_TOKEN, app_token: APP_TOKEN };

async function open({ app }: FakeSetup): Promise<string> {
  const headers = { authorization: PERSON };
  return (await app.request(`/slack/?cid=${CONNECTION}&origin=cli`, { headers })).text();
}

describe('A login that has expired', () => {
  it.each(['save', 'check', 'disconnect'])(
    'The button %s says so, leads to the login, and has the browser keep the form',
    async (action) => {
      const setup = createFakeSetup();
      const response = await post(setup, { ...FORM, ...TOKENS, action }, {});
      const text = await response.text();
      expect(response.status).toBe(401);
      expect(text).toContain('id="outcome"');
      expect(text).toContain('Nothing was stored.');
      expect(text).toMatch(/login has expired/);
      expect(text).toContain('href="/login"');
      expect(text).toContain('your browser asks whether to send the form again');
      expect(text).not.toMatch(/xoxb-|xapp-/);
    },
  );

  it('The login is at the server where the pages have an address of their own', async () => {
    const setup = createFakeSetup({ serverUrl: 'https://ak.example.com' });
    const response = await setup.app.request(`/slack/?cid=${CONNECTION}&origin=cli`);
    expect(await response.text()).toContain('href="https://ak.example.com/login"');
  });
});

describe('Servers that are slow or away', () => {
  it('A slow Slack is named, and nothing was stored', async () => {
    const setup = createFakeSetup();
    setup.slack.silent = true;
    const answer = post(setup, { ...FORM, ...TOKENS, action: 'save' });
    await setup.clock.advance(9_500);
    const text = await (await answer).text();
    expect(text).toContain('Nothing was stored.');
    expect(text).toContain('Slack did not answer within 9 seconds.');
  });

  it('A slow AutoKitteh is named, and it is not said that nothing was stored', async () => {
    const setup = createFakeSetup();
    setup.autokitteh.silentWrites = true;
    const answer = post(setup, { ...FORM, ...TOKENS, action: 'save' });
    await setup.clock.advance(9_500);
    const text = await (await answer).text();
    expect(text).toContain('AutoKitteh did not answer within 9 seconds while it was storing this');
    expect(text).not.toContain('Nothing was stored.');
  });

  it('An AutoKitteh that is away is named without its address', async () => {
    const setup = createFakeSetup();
    setup.autokitteh.failure = new PluginError('server_unavailable', 'AutoKitteh says "10.0.0.5 refused"');
    const text = await open(setup);
    expect(text).toContain('AutoKitteh cannot be reached.');
    expect(text).not.toMatch(/10\.0\.0\.5|, Get/);
  });

  it('A proxy on the way to Slack is named in the log and not on the page', async () => {
    const setup = createFakeSetup();
    const message = 'Slack cannot be reached: the proxy 10.0.0.7:3128 refused the connection';
    setup.slack.failures.set('auth.test', { t: 'unreachable', message, answered: false });
    const text = await (await post(setup, { ...FORM, ...TOKENS, action: 'check' })).text();
    expect(text).toContain('Slack cannot be reached from the machine of this program');
    expect(text).not.toContain('10.0.0.7');
    expect(setup.lines.join('')).toContain('10.0.0.7');
  });
});

describe('The state of a connection', () => {
  it('A connection that the program has not seen yet has a grey lamp, and the word says it', async () => {
    const setup = createFakeSetup();
    setup.autokitteh.store(OURS);
    const text = await open(setup);
    expect(text).toContain('data-code="unknown"');
    expect(text).toContain('<strong data-live="word">Unknown</strong>');
    expect(statusWord('unknown')).toBe('Unknown');
    expect(statusWord('init_required')).toBe('Not connected yet');
  });

  it('A connection without a deployment waits for one, and the page has the command', async () => {
    const setup = createFakeSetup();
    setup.autokitteh.store(OURS);
    setup.live.set(CONNECTION, {
      status: { code: 'ok', message: 'Fine' },
      active: false,
      sockets: { open: 0, wanted: 0, counted: 0 },
      lastEvent: undefined,
      delivered: 0,
      waiting: 0,
      dead: 0,
    });
    const text = await open(setup);
    expect(text).toContain('waits for a deployment');
    expect(text).toContain('ak deploy --manifest autokitteh.yaml');
    expect(text).not.toContain('0 of 0');
    const sockets = { open: 1, wanted: 2, counted: 1 };
    expect(socketWords({ active: true, sockets })).toBe('1 of 2');
    expect(socketWords({ active: true, sockets: { open: 0, wanted: 0, counted: 0 } })).toBe('none yet');
  });
});

describe('The steps in Slack', () => {
  it('The app-level token comes first, then the installation, then the bot token', async () => {
    const text = await open(createFakeSetup());
    const steps = [...text.matchAll(/class="step( last)?" id="([\w-]+)"/g)].map(([, , id]) => id);
    expect(steps).toEqual(['create', 'app-token', 'install', 'bot-token', 'app-home', 'tokens']);
    const fields = [...text.matchAll(/name="(bot_token|app_token)"/g)].map(([, name]) => name);
    expect(fields).toEqual(['app_token', 'bot_token']);
  });

  it('The steps lead to the pages of the very app once its app-level token was checked, without a script too', async () => {
    const setup = createFakeSetup();
    expect(await open(setup)).toMatch(
      /href="https:\/\/api\.slack\.com\/apps"[^>]*data-app-page="install-on-team"/,
    );
    const checked = await post(setup, { ...FORM, action: 'check', app_token: APP_TOKEN, bot_token: '' });
    const text = await checked.text();
    expect(text).toContain('href="https://api.slack.com/apps/A0APP00001/install-on-team"');
    expect(text).toContain('href="https://api.slack.com/apps/A0APP00001/general"');
    expect(text).toContain('The format is correct');
    setup.autokitteh.store(OURS);
    expect(await open(setup)).toContain('href="https://api.slack.com/apps/A0APP00001/app-home"');
  });
});

describe('Scopes and events by what they are for', () => {
  it('Each scope and each event is in one group', () => {
    for (const all of [BOT_SCOPES, Object.keys(EVENT_SCOPES)]) {
      const grouped = byPurpose(all);
      expect(grouped.flatMap(({ names }) => names).sort()).toEqual([...all].sort());
      expect(grouped.length).toBeGreaterThan(4);
    }
    expect(byPurpose(['message.im', 'chat:write', 'x:y'])).toEqual([
      { purpose: 'Messages, mentions and commands', names: ['message.im', 'chat:write'] },
      { purpose: 'Others', names: ['x:y'] },
    ]);
  });
});
