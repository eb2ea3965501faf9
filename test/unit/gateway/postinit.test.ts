import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../helpers/eventually.js';
import { CONNECTION } from '../contract/stubs.js';
import { send, startRig, TRUSTED, type Rig } from './rig.js';

const PATH = `/connections/${CONNECTION}/postinit?vars=V%26x&origin=vscode`;
const WINDOW = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

describe('The address that stores variables of a connection', () => {
  let rig: Rig;
  let arrived: string[];

  beforeEach(async () => {
    arrived = [];
    rig = await startRig((request, response) => {
      arrived.push(`${request.method} ${request.url} ${request.headers['content-length'] ?? ''}`.trim());
      response.writeHead(302, { location: 'vscode://x' }).end();
    });
  });
  afterEach(() => rig.stop());

  it.each([
    ['an own page', { 'sec-fetch-site': 'same-origin' }],
    ['a trusted origin', { 'sec-fetch-site': 'cross-site', origin: TRUSTED }],
    ['a window that a trusted origin opened', { ...WINDOW, referer: `${TRUSTED}/x` }],
    ['a program with a bearer token', { authorization: 'Bearer x' }],
  ])(
    'The address that stores variables is forwarded for %s, and the write is noticed',
    async (_name, headers) => {
      expect((await send(rig.url, PATH, { headers })).status).toBe(302);
      expect(arrived).toEqual([`GET ${PATH}`]);
      await eventually(() => rig.noticed.length > 0, 'the write is noticed');
      expect(rig.noticed).toEqual([CONNECTION]);
    },
  );

  it.each([
    [
      'an image',
      'GET',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
    ],
    ['a script', 'GET', { origin: 'https://evil.example' }],
    ['a frame', 'GET', { ...WINDOW, 'sec-fetch-dest': 'iframe' }],
    ['a HEAD of a script', 'HEAD', { origin: 'https://evil.example' }],
    ['a form', 'POST', { origin: 'https://evil.example' }],
  ])('The address that stores variables is refused to another site: %s', async (_name, method, headers) => {
    expect((await send(rig.url, PATH, { method, headers })).status).toBe(403);
    expect([arrived, rig.noticed]).toEqual([[], []]);
  });

  it('A window that any page may have opened gets one button, which leads on', async () => {
    const asked = await send(rig.url, PATH, { headers: WINDOW });
    const page = asked.body.toString();
    expect([asked.status, page]).toEqual([200, expect.stringContaining('Save and continue')]);
    expect(page).toContain(CONNECTION);
    const [, action = ''] = /<form method="post" action="([^"]*)">/.exec(page) ?? [];
    expect(action).toBe(PATH.replaceAll('&', '&amp;'));
    expect(arrived).toEqual([]);
    const pressed = await send(rig.url, PATH, { method: 'POST', body: 'x=y' });
    expect([pressed.status, pressed.headers.location]).toEqual([302, 'vscode://x']);
    expect(arrived).toEqual([`GET ${PATH}`]);
  });
});
