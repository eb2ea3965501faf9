import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../browser/chromium.js';
import { eventually } from '../helpers/eventually.js';
import { appTokenOf, MEETINGS, startPathWorld, type PathWorld } from '../world/people.js';
import type { TestProject, TestUser } from '../world/server.js';
import type { SlackInstallation } from '../../src/sim/slack/directory/entities.js';

/** A page of another origin, as AutoKitteh's web UI is one. */
let ui: Server;
let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
  ui = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>Web UI</title>');
  });
  await new Promise<void>((resolve) => ui.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await browser.close();
  await new Promise((resolve) => {
    ui.close(resolve);
    ui.closeAllConnections();
  });
});

interface Answer {
  readonly status: number;
  readonly text: string;
}

// What the web UI asks, in its order, from a browser on another origin; with the API token that it keeps.
describe.each(MEETINGS)("AutoKitteh's web UI, server: %s", (meeting) => {
  let world: PathWorld;
  let user: TestUser;
  let project: TestProject;
  let installation: SlackInstallation;
  let page: Page;
  let cid: string;

  beforeAll(async () => {
    world = await startPathWorld(meeting);
    user = await world.server.createUser();
    project = await world.server.createProject(user, { connections: {} });
    installation = world.slack.install(world.slack.addApp(), world.slack.addWorkspace('Acme'));
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(ui.address() as AddressInfo).port}/`);
  });
  afterAll(async () => {
    await page.close();
    await world.stop();
  });

  /** A request of the page's script, which a browser holds against CORS; rejects where that forbids to read the answer. */
  const ask = (path: string, contentType: string, body: string): Promise<Answer> =>
    page.evaluate(
      async ([url, token, type, sent]) => {
        const response = await fetch(url, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': type },
          body: sent,
        });
        return { status: response.status, text: await response.text() };
      },
      [world.url + path, user.token, contentType, body] as const,
    );
  const rpc = async (method: string, message: object): Promise<Record<string, unknown>> => {
    const { status, text } = await ask(`/autokitteh.${method}`, 'application/json', JSON.stringify(message));
    expect([method, status]).toEqual([method, 200]);
    return JSON.parse(text) as Record<string, unknown>;
  };
  const save = (tokens: Record<string, string>): Promise<Answer> =>
    ask(
      `/slack/save?cid=${cid}&origin=web&auth_type=socket`,
      'application/x-www-form-urlencoded',
      new URLSearchParams(tokens).toString(),
    );
  const polled = async (): Promise<{ code: string; message: string }> => {
    const { connection } = await rpc('connections.v1.ConnectionsService/Get', { connection_id: cid });
    return (connection as { status: { code: string; message: string } }).status;
  };

  it('The web UI creates a connection of the integration that it knows by its name', async () => {
    const { integrations } = await rpc('integrations.v1.IntegrationsService/List', {});
    const listed = integrations as { uniqueName?: string; integrationId?: string; displayName?: string }[];
    const slack = listed.find(({ uniqueName }) => uniqueName === 'slack');
    // It suggests event types by this name.
    expect(slack?.displayName).toBe('Slack');
    const connection = {
      projectId: project.projectId,
      name: 'my_slack',
      integrationId: slack?.integrationId,
    };
    const created = await rpc('connections.v1.ConnectionsService/Create', { connection });
    cid = created['connectionId'] as string;
    expect(await polled()).toMatchObject({ code: 'CODE_INIT_REQUIRED' });
  });

  it('The web UI sets the type of the connection first, and is not told that all is well', async () => {
    expect(await rpc('vars.v1.VarsService/Get', { scopeId: cid })).toEqual({});
    const type = { name: 'auth_type', value: 'socket', isSecret: false, scopeId: cid };
    await rpc('vars.v1.VarsService/Set', { vars: [type] });
    await world.waitForStatus(user, cid, /^Init required$/);
    expect(await polled()).toMatchObject({ code: 'CODE_INIT_REQUIRED' });
  });

  it('The web UI shows what was wrong with tokens, and stays logged in', async () => {
    const refused = await save({ bot_token: 'xoxb-wrong', app_token: appTokenOf(installation.app) });
    expect(refused).toMatchObject({
      status: 400,
      text: expect.stringContaining('auth test failed') as string,
    });
    world.slack.faults.api('auth.test', { t: 'rate_limited', retryAfter: 30 }, { times: 1 });
    const limited = await save({
      bot_token: installation.botToken,
      app_token: appTokenOf(installation.app),
    });
    expect(limited.status).toBe(502);
    world.slack.faults.clear();
    expect(await world.stored(cid)).toEqual({ auth_type: 'socket' });
  });

  it('The web UI saves, follows to the end, and polls until the status is OK', async () => {
    const saved = await save({ bot_token: installation.botToken, app_token: appTokenOf(installation.app) });
    expect(saved.status).toBe(200);
    const status = await eventually(async () => {
      const now = await polled();
      return now.code === 'CODE_OK' && now;
    }, 'the status OK');
    expect(status.message).toMatch(/^Ready in Acme/);
    // Its edit form is found by exactly what it had written.
    expect(await world.stored(cid)).toMatchObject({
      auth_type: 'socket',
      private_bot_token: installation.botToken,
    });
  });

  it('The web UI edits both tokens while the sockets are open', async () => {
    await world.server.deploy(project);
    await world.waitForStatus(user, cid, /: 2 sockets live/);
    const next = installation.app.createAppToken();
    const saved = await save({ bot_token: installation.botToken, app_token: next, auth_type: 'socket' });
    expect(saved.status).toBe(200);
    expect(await world.stored(cid)).toMatchObject({ auth_type: 'socket', socket_mode_app_token: next });
    world.slack.revoke(appTokenOf(installation.app));
    await world.waitForStatus(user, cid, /^Using Socket Mode in Acme: 2 sockets live(?: on 2 replicas)?$/);
  });

  it('The web UI deletes the connection', async () => {
    await rpc('connections.v1.ConnectionsService/Delete', { connectionId: cid });
    await world.slack.waitUntilSockets(() => world.slack.sockets(installation.app).length === 0);
  });
});
