import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { OpsAccess } from '../../../src/ops/access.js';
import { entranceRoutes } from '../../../src/ops/page-routes.js';

const TOKEN = 'a-token-of-operators';
const HOST = 'plugin.example';
const FROM_HERE = { host: HOST, 'sec-fetch-site': 'same-origin' };

interface Setting {
  readonly token?: string;
  readonly publicUrl?: string;
}

function start({ token = TOKEN, publicUrl }: Setting = {}) {
  const clock = { at: Date.UTC(2026, 0, 5), now: () => clock.at };
  const access = new OpsAccess(token, clock, publicUrl);
  const routes = new Hono();
  routes.route('/', entranceRoutes(access));
  routes.use('/ops/*', access.guard);
  routes.all('/ops/thing', (context) => context.text('let in'));
  const ask = (path: string, headers: Record<string, string> = {}, init: RequestInit = {}) =>
    routes.request(path, { ...init, headers: { host: HOST, ...headers } });
  const enter = (code: unknown, headers: Record<string, string> = FROM_HERE) =>
    ask('/ops/session', headers, { method: 'POST', body: JSON.stringify({ code }) });
  return { access, clock, ask, enter };
}

/** The cookie that an answer sets, as the browser sends it. */
function cookieOf(response: Response): string {
  return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

describe('A link that opens the status page', () => {
  it('A code gives a session once, whose cookie is for this path and these pages alone', async () => {
    const { access, ask, enter } = start();
    const code = access.newCode();
    const entered = await enter(code);
    expect(entered.status).toBe(204);
    const [value, ...attributes] = (entered.headers.get('set-cookie') ?? '').split('; ');
    expect(attributes.sort()).toEqual(['HttpOnly', 'Max-Age=28800', 'Path=/ops/', 'SameSite=Strict']);
    expect((await ask('/ops/thing', { cookie: value ?? '' })).status).toBe(200);
    expect((await enter(code)).status).toBe(401);
  });

  it('A code ends after a minute, and a session after eight hours', async () => {
    const { access, ask, clock, enter } = start();
    const late = access.newCode();
    const cookie = cookieOf(await enter(access.newCode()));
    clock.at += 61_000;
    const refused = await enter(late);
    expect([refused.status, await refused.text()]).toEqual([401, expect.stringContaining('ak-slack open')]);
    clock.at += 7 * 3_600_000;
    expect((await ask('/ops/thing', { cookie })).status).toBe(200);
    clock.at += 3_600_000;
    expect((await ask('/ops/thing', { cookie })).status).toBe(401);
  });

  it('A session is good at each process with the same token, and at none with another one', async () => {
    const one = start();
    const cookie = cookieOf(await one.enter(one.access.newCode()));
    expect((await start().ask('/ops/thing', { cookie })).status).toBe(200);
    expect((await start().enter(one.access.newCode())).status).toBe(204);
    expect((await start({ token: 'another-token-of-theirs' }).ask('/ops/thing', { cookie })).status).toBe(
      401,
    );
    expect((await start({ token: 'another-token-of-theirs' }).enter(one.access.newCode())).status).toBe(401);
  });

  it('A code is no session, a session is no code, and neither survives a change of a character', async () => {
    const { access, ask, enter } = start();
    const code = access.newCode();
    expect((await ask('/ops/thing', { cookie: `ak_slack_ops=${code}` })).status).toBe(401);
    const session = cookieOf(await enter(access.newCode())).replace('ak_slack_ops=', '');
    expect((await enter(session)).status).toBe(401);
    for (let at = 0; at < session.length; at++) {
      const changed = session.slice(0, at) + (session[at] === '5' ? '6' : '5') + session.slice(at + 1);
      // The last character holds two bits that say nothing.
      if (at === session.length - 1) continue;
      expect((await ask('/ops/thing', { cookie: `ak_slack_ops=${changed}` })).status, changed).toBe(401);
    }
    for (const odd of ['', 'x', '..', `${session}x`, 'a.b.c', 17, null, 'x'.repeat(900)])
      expect([400, 401], String(odd)).toContain((await enter(odd)).status);
  });

  it('The cookie is secure where a proxy in front speaks TLS', async () => {
    const { access, enter } = start();
    const entered = await enter(access.newCode(), { ...FROM_HERE, 'x-forwarded-proto': 'https' });
    expect(entered.headers.get('set-cookie')).toContain('; Secure');
  });

  it('The way in is open to everybody and bounded, and a page of another site cannot post a code', async () => {
    const { access, ask, enter } = start();
    for (const path of ['/', '/ops']) {
      const led = await ask(path);
      expect([led.status, led.headers.get('location')]).toEqual([302, '/ops/']);
    }
    const page = await ask('/ops/open');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'nonce-/);
    expect((await ask('/ops/assets/ops-open.js')).status).toBe(200);
    expect((await enter('x'.repeat(2_000))).status).toBe(413);
    const code = access.newCode();
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'http://evil.example' }, {}])
      expect((await enter(code, headers)).status).toBe(403);
    expect((await enter(code)).status).toBe(204);
  });
});

describe('The guard of operations', () => {
  const password = `Basic ${Buffer.from(`me:${TOKEN}`).toString('base64')}`;

  it('A request that changes something says that it comes from here, whatever it carries', async () => {
    const { access, ask, enter } = start();
    const cookie = cookieOf(await enter(access.newCode()));
    const carried = [{ cookie }, { authorization: password }, { authorization: `Bearer ${TOKEN}` }];
    for (const credential of carried) {
      const send = async (headers: Record<string, string>, method = 'POST') =>
        (await ask('/ops/thing', { ...credential, ...headers }, { method })).status;
      for (const method of ['POST', 'PUT', 'DELETE']) expect(await send({}, method)).toBe(403);
      expect(await send({ 'sec-fetch-site': 'none' })).toBe(403);
      expect(await send({ 'sec-fetch-site': 'same-site' })).toBe(403);
      expect(await send({ origin: 'null' })).toBe(403);
      expect(await send({ 'sec-fetch-site': 'same-origin', origin: 'http://evil.example' })).toBe(403);
      expect(await send({ 'sec-fetch-site': 'same-origin' })).toBe(200);
      expect(await send({ origin: `http://${HOST}` })).toBe(200);
      expect(await send({ origin: 'https://status.example', 'x-forwarded-host': 'status.example' })).toBe(
        200,
      );
      expect(await send({}, 'GET')).toBe(200);
    }
  });

  it('A configured public address is an origin of its own, and X-Forwarded-Host does not count then', async () => {
    const { ask } = start({ publicUrl: 'https://slack.example/' });
    const send = async (headers: Record<string, string>) => {
      const init = { method: 'POST' };
      return (await ask('/ops/thing', { authorization: `Bearer ${TOKEN}`, ...headers }, init)).status;
    };
    expect(await send({ origin: 'https://slack.example' })).toBe(200);
    expect(await send({ origin: `http://${HOST}` })).toBe(200);
    const forwarded = { origin: 'https://status.example', 'x-forwarded-host': 'status.example' };
    expect(await send(forwarded)).toBe(403);
  });
});
