import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { scaledClock } from '../../../src/core/clock.js';
import { startScriptedSlack, type ScriptedSlack } from '../../../src/sim/slack/scripted-slack.js';
import { checkTokens } from '../../../src/setup/check-tokens.js';
import type { SlackInstallation } from '../../../src/sim/slack/directory/entities.js';
import { createSlackHttp, type SlackHttp } from '../../../src/slack/http.js';
import {
  adviceFor,
  failureCode,
  failureText,
  isPermanent,
  KNOWN_SLACK_ERRORS,
} from '../../../src/slack/errors.js';
import { createWebApi, type SlackWebApi } from '../../../src/slack/web-api.js';

let slack: ScriptedSlack;
let http: SlackHttp;
let api: SlackWebApi;
let installation: SlackInstallation;

beforeEach(async () => {
  slack = await startScriptedSlack();
  http = createSlackHttp();
  api = createWebApi({ apiUrl: slack.apiUrl, clock: scaledClock(20), http });
  installation = slack.install(slack.addApp('App'), slack.addWorkspace('Space'));
});

afterEach(async () => {
  await http.close();
  await slack.stop();
});

it('The Web API client tells the owner of a bot token and its scopes', async () => {
  const result = await api.authTest(installation.botToken);
  expect(result).toMatchObject({
    ok: true,
    value: {
      team: 'Space',
      teamId: installation.workspace?.id,
      userId: installation.botUser.id,
      botId: installation.botId,
      enterpriseId: '',
      isEnterpriseInstall: false,
    },
  });
  expect(result.ok ? result.value.scopes : []).toContain('users:read');
});

it('The Web API client tells which calls failed and why, and of none that its caller gave up', async () => {
  const failed: string[] = [];
  const telling = createWebApi({
    failed: (method, failure) => failed.push(`${method} ${failureCode(failure)}`),
    ...{ apiUrl: slack.apiUrl, clock: scaledClock(20), http },
  });
  await telling.authTest(installation.botToken);
  await telling.authTest('xoxb-made-up');
  await telling.authTest(installation.botToken, AbortSignal.abort());
  expect(failed).toEqual(['auth.test invalid_auth']);
});

it('The Web API client and the check of tokens call scopes unknown when the header that names them is missing', async () => {
  const answering = (headers: Record<string, string>): SlackWebApi =>
    createWebApi({
      apiUrl: slack.apiUrl,
      clock: scaledClock(20),
      http: {
        ...http,
        async fetch(url, init) {
          const answer = await http.fetch(url, init);
          const type = { 'content-type': 'application/json' };
          return new Response(await answer.text(), {
            status: answer.status,
            headers: { ...headers, ...type },
          });
        },
      },
    });
  const tokens = { botToken: installation.botToken, appToken: installation.app.createAppToken() };
  const scopesOf = async (headers: Record<string, string>) => {
    const auth = await answering(headers).authTest(tokens.botToken);
    const { steps } = await checkTokens(
      answering(headers),
      tokens,
      ['chat:write'],
      new AbortController().signal,
    );
    return [auth.ok && auth.value.scopes, steps.find(({ name }) => name === 'scopes')];
  };
  const open = {
    verdict: 'open',
    sentence: expect.stringMatching(/^Slack did not say which scopes/) as string,
  };
  expect(await scopesOf({})).toEqual([undefined, expect.objectContaining(open)]);
  const none = { verdict: 'warning', sentence: expect.stringMatching(/^0 scopes are granted/) as string };
  expect(await scopesOf({ 'x-oauth-scopes': '' })).toEqual([[], expect.objectContaining(none)]);
});

it("The Web API client tells a bot's app, by which tokens of two apps are told apart", async () => {
  await expect(api.botsInfo(installation.botToken, installation.botId)).resolves.toMatchObject({
    ok: true,
    value: { id: installation.botId, appId: installation.app.id, deleted: false },
  });
});

it('The Web API client tries an app-level token', async () => {
  const result = await api.openConnection(installation.app.createAppToken());
  expect(result).toMatchObject({ ok: true });
  expect(result.ok ? result.value.scopes : []).toContain('connections:write');
  await expect(api.openConnection(installation.botToken)).resolves.toMatchObject({
    ok: false,
    failure: { t: 'refused', error: 'not_allowed_token_type' },
  });
});

it('The Web API client calls any method once and returns its error', async () => {
  slack.faults.api('chat.postMessage', {
    t: 'error',
    error: 'missing_scope',
    more: { needed: 'chat:write' },
  });
  const args = { channel: 'C1', text: 'hi' };
  await expect(api.call('chat.postMessage', args, installation.botToken)).resolves.toEqual({
    ok: false,
    failure: { t: 'refused', error: 'missing_scope', needed: 'chat:write' },
  });
  expect(slack.calls.of('chat.postMessage')).toHaveLength(1);
});

describe('Failures of the Web API', () => {
  it('The Web API client reports a rate limit with the time to wait', async () => {
    slack.faults.api('auth.test', { t: 'rate_limited', retryAfter: 7 });
    const result = await api.authTest(installation.botToken);
    expect(result).toEqual({ ok: false, failure: { t: 'rate_limited', retryAfterMs: 7_000 } });
    if (!result.ok) expect(failureText(result.failure)).toBe('Slack limits the rate: try again in 7 s');
  });

  it('The Web API client reports a rate limit whose header a proxy has dropped', async () => {
    slack.faults.api('auth.test', { t: 'status', status: 429 });
    await expect(api.authTest(installation.botToken)).resolves.toEqual({
      ok: false,
      failure: { t: 'rate_limited', retryAfterMs: 30_000 },
    });
  });

  it.each([
    [{ t: 'status', status: 503 } as const, 'Slack answered with HTTP status 503'],
    [
      { t: 'status', status: 200, body: '<html>Sign in</html>' } as const,
      'the reply did not come from Slack (is there a proxy or a captive portal?)',
    ],
    [{ t: 'reset' } as const, 'Slack cannot be reached: '],
    [{ t: 'hang' } as const, "Slack cannot be reached: Slack's auth.test took longer than 10000 ms"],
  ])('The Web API client reports a failure: %j', async (fault, message) => {
    slack.faults.api('auth.test', fault);
    const result = await api.authTest(installation.botToken);
    expect(result).toMatchObject({ ok: false, failure: { t: 'unreachable' } });
    if (!result.ok) expect(failureText(result.failure)).toContain(message);
  });

  it('The Web API client reports that nobody is there', async () => {
    await slack.stop();
    const result = await api.authTest(installation.botToken);
    expect(result).toMatchObject({ ok: false, failure: { t: 'unreachable', answered: false } });
  });

  it('The Web API client ends a call when its caller does not want to wait', async () => {
    slack.faults.api('auth.test', { t: 'hang' });
    const gone = new AbortController();
    const call = api.call('auth.test', {}, installation.botToken, gone.signal);
    gone.abort(new Error('enough'));
    await expect(call).resolves.toMatchObject({ ok: false, failure: { t: 'unreachable' } });
  });
});

describe('The advice for errors of Slack', () => {
  it('The advice is a sentence for every code and never contains the token of an app', () => {
    for (const code of [...KNOWN_SLACK_ERRORS, 'never_heard_of'])
      for (const kind of ['app', 'bot'] as const) {
        expect(adviceFor(code, { kind }).length).toBeGreaterThan(20);
        expect(adviceFor(code, { kind })).not.toMatch(/xapp-\d|xoxb-\d/);
      }
  });

  it.each([
    ['app', 'slack.com', 'https://api.slack.com/apps/A07QKJ2B4MT/general'],
    ['app', 'slack-gov.com', 'https://api.slack-gov.com/apps/A07QKJ2B4MT/general'],
    ['bot', 'slack.com', 'https://api.slack.com/apps/A07QKJ2B4MT/oauth'],
    ['bot', 'slack-gov.com', 'https://api.slack-gov.com/apps/A07QKJ2B4MT/oauth'],
  ] as const)(
    'The advice about a token that does not work leads to the page of the app where a new one is made: %s, %s',
    (kind, site, address) => {
      for (const code of ['token_revoked', 'invalid_auth', 'token_expired', 'never_heard_of']) {
        const advice = adviceFor(code, { kind, site, appId: 'A07QKJ2B4MT' });
        expect(advice).toContain(` ${address} (`);
        expect(advice).not.toMatch(/copy the tokens? again/);
      }
    },
  );

  it('The advice separates problems that pass from those that need a person', () => {
    expect(['invalid_auth', 'token_revoked', 'missing_scope', 'link_disabled'].every(isPermanent)).toBe(true);
    expect(['internal_error', 'ratelimited', 'team_added_to_org', 'never_heard_of'].some(isPermanent)).toBe(
      false,
    );
  });
});
