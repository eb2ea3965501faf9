import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPerson, type Person } from './person.js';
import { startSite, type Site } from './site.js';
import { setStage } from './stage.js';

const stage = setStage();

// A web UI at an address of its own: another port of the pages' host, and by its other name another site.
const WEB_UIS = [
  { from: 'another port of the same host', host: '127.0.0.1', site: 'same-site' },
  { from: 'another site', host: 'localhost', site: 'cross-site' },
] as const;

let server: Server;
let body = '';

beforeAll(async () => {
  server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end(`<!doctype html><title>Web UI</title>${body}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));

function originOf(host: string): string {
  return `http://${host}:${(server.address() as AddressInfo).port}`;
}

function saveAddress(site: Site, id: string, authType: string): string {
  const query = new URLSearchParams({ cid: id, origin: 'web', auth_type: authType });
  return `${site.url}/slack/save?${query.toString()}`.replaceAll('&', '&amp;');
}

/** Logs a person in and shows them what the web UI has; their browser sends the cookies along from other sites too. */
async function openWebUi(site: Site, host: string, options: BrowserContextOptions = {}): Promise<Person> {
  const person = await createPerson(stage.browser, site, options);
  const context = person.page.context();
  const cookies = await context.cookies();
  await context.addCookies(cookies.map((cookie) => ({ ...cookie, sameSite: 'None', secure: true })));
  await person.page.goto(`${originOf(host)}/`);
  return person;
}

describe.each(WEB_UIS)('a web UI on $from', ({ host, site: fetchSite }) => {
  it.each([
    { how: 'with a script', javaScriptEnabled: true },
    { how: 'without a script', javaScriptEnabled: false },
  ])('A pop-up for OAuth asks the person before it goes on to Slack, $how', async ({ javaScriptEnabled }) => {
    const { site } = stage;
    const id = await site.addConnection('my_slack');
    const address = saveAddress(site, id, 'oauthDefault');
    body = javaScriptEnabled
      ? `<button onclick="open('${address}', 'slack', 'popup')">Connect</button>`
      : `<a target="_blank" href="${address}">Connect</a>`;
    const person = await openWebUi(site, host, { javaScriptEnabled });
    const opened = person.page.context().waitForEvent('page');
    await person.page.getByText('Connect').click();
    const window = await opened;
    await window.getByRole('heading', { name: 'Connect my_slack with OAuth?' }).waitFor();
    await window.getByText(originOf(host)).waitFor();
    expect(site.stored(id)).toEqual({});
    await Promise.all([
      window.waitForRequest('https://slack.com/oauth/v2/authorize**'),
      window.getByRole('button').click(),
    ]);
    expect(site.stored(id)).toEqual({ auth_type: 'oauthDefault' });
    await person.close();
  });

  it('A pop-up for OAuth goes on to Slack at once when the web UI is trusted', async () => {
    const site = await startSite({ trustedOrigins: [originOf(host)] });
    const id = await site.addConnection('my_slack');
    body = `<a target="_blank" href="${saveAddress(site, id, 'oauthDefault')}">Connect</a>`;
    const person = await openWebUi(site, host);
    await Promise.all([
      person.page
        .context()
        .waitForEvent('request', (request) => request.url().startsWith('https://slack.com/')),
      person.page.getByText('Connect').click(),
    ]);
    expect(site.stored(id)).toEqual({ auth_type: 'oauthDefault' });
    await person.close();
    await site.stop();
  });

  it.each(['none', 'oauthDefault', 'socketMode'])(
    'An image of type %s on another page changes nothing of a connection',
    async (authType) => {
      const { site } = stage;
      const id = await site.addConnection('my_slack');
      const before = { auth_type: 'socketMode', private_bot_token: site.installation.botToken };
      await site.store(id, before);
      body = `<img alt="" />`;
      const person = await openWebUi(site, host);
      body = `<img alt="" src="${saveAddress(site, id, authType)}" />`;
      // A browser keeps the answer from the page, because it is no image: so it is looked at where it is given.
      await Promise.all([person.page.waitForEvent('requestfailed'), person.page.reload()]);
      const asked = site.answers.filter(({ request }) => request.url.includes(id));
      expect(asked.map(({ status }) => status)).toEqual([403]);
      expect(Object.fromEntries(asked[0]?.request.headers ?? [])).toMatchObject({
        cookie: expect.stringContaining(site.session) as string,
        'sec-fetch-dest': 'image',
        'sec-fetch-site': fetchSite,
      });
      expect(site.stored(id)).toEqual(before);
      await person.close();
    },
  );
});
