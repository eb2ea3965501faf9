import { describe, expect, it } from 'vitest';
import { createFakeSetup, GOOD, PERSON, post } from './fakes.js';

describe('a form that another site makes the browser send', () => {
  const cookie = 'ak_user_session=persons-token';

  it.each([
    ['a cross-site form', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, 403],
    ['a sibling site', { 'sec-fetch-site': 'same-site', origin: 'https://other.example.com' }, 403],
    ['an old browser, from elsewhere', { origin: 'https://evil.example' }, 403],
    ['a sandboxed frame', { origin: 'null' }, 403],
    ['our own page', { 'sec-fetch-site': 'same-origin', origin: 'http://localhost' }, 302],
    ['our own page over plain HTTP', { host: 'ak.internal:9981', origin: 'http://ak.internal:9981' }, 302],
    [
      'our own page behind a proxy',
      { 'x-forwarded-host': 'ak.example.com', origin: 'https://ak.example.com' },
      302,
    ],
    ['a program', {}, 302],
    ['a browser’s own credential', { authorization: 'Basic cDpw', 'sec-fetch-site': 'cross-site' }, 403],
    ['the same in an old browser', { authorization: 'Basic cDpw', origin: 'https://evil.example' }, 403],
    ['a ticket of the network', { authorization: 'Negotiate YII', origin: 'https://evil.example' }, 403],
    ['a bearer token from a sibling site', { authorization: PERSON, 'sec-fetch-site': 'same-site' }, 302],
    [
      'a bearer token from elsewhere, in an old browser',
      { authorization: PERSON, origin: 'https://elsewhere.example' },
      302,
    ],
    [
      'a bearer token from another site',
      { authorization: PERSON, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
      403,
    ],
  ])('A form that another site makes the browser send is treated so: %s', async (_what, headers, status) => {
    const setup = createFakeSetup();
    expect((await post(setup, GOOD, { cookie, ...headers })).status).toBe(status);
    expect(setup.autokitteh.writes).toHaveLength(status === 302 ? 1 : 0);
  });

  it('The program’s own page is known by the public address where there is one, and not by what a header claims', async () => {
    const setup = createFakeSetup({ publicUrl: 'https://ak.example.com' });
    const from = async (headers: Record<string, string>): Promise<number> =>
      (await post(setup, GOOD, { cookie, ...headers })).status;
    expect(await from({ origin: 'https://ak.example.com', host: 'inner:9981' })).toBe(302);
    expect(await from({ origin: 'http://inner:9981', host: 'inner:9981' })).toBe(302);
    expect(await from({ origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' })).toBe(403);
  });

  it('A form with cookies is accepted from the origins that the operator trusts', async () => {
    const trusted = 'https://app.example.com';
    const setup = createFakeSetup({ trustedOrigins: [trusted] });
    const response = await post(setup, GOOD, { cookie, origin: trusted, 'sec-fetch-site': 'same-site' });
    expect(response.status).toBe(302);
    expect(response.headers.get('access-control-allow-origin')).toBe(trusted);
    expect(response.headers.get('access-control-allow-credentials')).toBe('true');
  });
});
