import { describe, expect, it } from 'vitest';
import { call } from './client.js';
import { stage } from './setup.js';

describe('the Web API', () => {
  it('The Web API answers what it is told to, as often as it is told to', async () => {
    const { slack, installation, appToken } = await stage();
    const test = (): Promise<unknown> => call(slack.apiUrl, 'auth.test', installation.botToken);
    slack.faults.api('auth.test', { t: 'error', error: 'internal_error' }, { times: 2 });
    expect(await test()).toEqual({ ok: false, error: 'internal_error' });
    expect(await call(slack.apiUrl, 'apps.connections.open', appToken)).toMatchObject({ ok: true });
    expect(await test()).toEqual({ ok: false, error: 'internal_error' });
    expect(await test()).toMatchObject({ ok: true });
    const more = { needed: 'users:read', provided: 'commands' };
    slack.faults.api('*', { t: 'error', error: 'missing_scope', more });
    expect(await test()).toEqual({ ok: false, error: 'missing_scope', ...more });
    const lift = slack.faults.api('auth.test', { t: 'error', error: 'fatal_error' }, { times: Infinity });
    expect(await test()).toMatchObject({ ok: false });
    lift();
    expect(await test()).toMatchObject({ ok: true });
  });

  it('The Web API limits rates, fails and is garbled by proxies on request', async () => {
    const { slack, installation } = await stage();
    const test = (): Promise<Response> =>
      fetch(`${slack.apiUrl}auth.test`, { headers: { authorization: `Bearer ${installation.botToken}` } });
    slack.faults.api('auth.test', { t: 'rate_limited', retryAfter: 30 });
    const limited = await test();
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '30']);
    expect(await limited.json()).toEqual({ ok: false, error: 'ratelimited' });
    slack.faults.api('auth.test', { t: 'status', status: 503 });
    const failed = await test();
    expect([failed.status, await failed.text()]).toEqual([503, '<html>503</html>']);
    slack.faults.api('auth.test', { t: 'status', status: 200, body: '<p>log in to the guest network' });
    expect(await (await test()).text()).toMatch(/guest network/);
  });

  it('The Web API hangs, answers slowly, and resets before or after the call was carried out', async () => {
    const { slack, workspace, installation, clock } = await stage();
    const channel = workspace.channels[0]!;
    const post = (signal?: AbortSignal): Promise<Response> =>
      fetch(`${slack.apiUrl}chat.postMessage`, {
        method: 'POST',
        headers: { authorization: `Bearer ${installation.botToken}` },
        body: new URLSearchParams({ channel: channel.id, text: 'x' }),
        ...(signal === undefined ? {} : { signal }),
      });
    slack.faults.api('chat.postMessage', { t: 'hang' });
    const leave = new AbortController();
    const hanging = post(leave.signal);
    await slack.calls.waitFor((each) => each.method === 'chat.postMessage' && each.status === undefined);
    leave.abort();
    await expect(hanging).rejects.toThrow();
    slack.faults.api('chat.postMessage', { t: 'reset' });
    await expect(post()).rejects.toThrow();
    expect(channel.messages).toHaveLength(0);
    slack.faults.api('chat.postMessage', { t: 'reset', after: true });
    await expect(post()).rejects.toThrow();
    expect(channel.messages).toHaveLength(1);
    slack.faults.api('chat.postMessage', { t: 'slow', delay: 500 });
    const slow = post();
    await slack.calls.waitFor((each) => each.method === 'chat.postMessage' && each.status === 200);
    await clock.advance(500);
    expect(await (await slow).json()).toMatchObject({ ok: true });
  });

  it('The Web API can fail for one token only', async () => {
    const { slack, app, workspace, installation } = await stage();
    const other = slack.install(app, workspace);
    slack.faults.api(
      'auth.test',
      { t: 'error', error: 'team_disabled' },
      { times: Infinity, when: ({ token }) => token === other.botToken },
    );
    expect(await call(slack.apiUrl, 'auth.test', installation.botToken)).toMatchObject({ ok: true });
    expect(await call(slack.apiUrl, 'auth.test', other.botToken)).toMatchObject({ error: 'team_disabled' });
    slack.faults.clear();
    expect(await call(slack.apiUrl, 'auth.test', other.botToken)).toMatchObject({ ok: true });
  });
});
