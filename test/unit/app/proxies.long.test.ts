import { createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { afterEach, describe, expect, it } from 'vitest';
import { string } from '../../../src/autokitteh/values.js';
import { IntegrationsService } from '../../../src/gen/autokitteh/integrations/v1/integrations_pb.js';
import { DEFAULT_SCOPES } from '../../../src/sim/slack/directory/default-scopes.js';
import { blockAction } from '../../../src/sim/slack/frames/interactions.js';
import { message } from '../../../src/sim/slack/frames/messages.js';
import { startConnectProxy, type ConnectProxy } from '../../helpers/connect-proxy.js';
import { eventually } from '../../helpers/eventually.js';
import { PLUGIN_TOKEN } from '../../world/program.js';
import { addInstallation, connect } from '../../world/connections.js';
import { eventsOf, untilStatus } from '../../world/observations.js';
import { startWorld } from '../../world/world.js';

let proxies: ConnectProxy[] = [];
afterEach(async () => {
  await Promise.all(proxies.map((proxy) => proxy.vanish()));
  proxies = [];
});

async function proxyWith(credentials?: string): Promise<ConnectProxy> {
  const proxy = await startConnectProxy(credentials === undefined ? {} : { credentials });
  proxies.push(proxy);
  return proxy;
}

describe('The whole program behind proxies', () => {
  it('The program reaches Slack through its proxy alone, and AutoKitteh directly', async () => {
    const proxy = await proxyWith('corp:secret');
    const world = await startWorld({ environment: { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url } });
    const { slack, program } = world;
    const { installation, appToken } = addInstallation(world);
    const connection = await connect(world, installation, appToken);
    await slack.ledger.settled(slack.send(installation, message()));
    await eventually(() => eventsOf(world, connection.id).length === 1, 'the event');
    expect(new Set(proxy.asked)).toEqual(new Set([new URL(slack.url).host]));
    await proxy.vanish();
    await untilStatus(
      world,
      connection.id,
      'warning',
      new RegExp(`^Slack cannot be reached: the proxy ${proxy.name} refused the connection: retrying$`),
    );
    expect(program.logged.join('')).toContain(`the proxy ${proxy.name} refused the connection`);
    expect(program.logged.join('')).not.toMatch(/secret/);
    await proxy.comeBack();
    await untilStatus(world, connection.id, 'ok', /2 sockets live$/);
  });

  it('Updates of clicked messages and uploads of files reach Slack through a proxy that alone knows its name', async () => {
    const hosts: Record<string, number> = {};
    const proxy = await startConnectProxy({ credentials: 'corp:secret', hosts });
    proxies.push(proxy);
    const world = await startWorld({
      slack: { publicUrl: 'http://slack.test' },
      environment: { HTTP_PROXY: proxy.url },
      before({ slack }) {
        hosts['slack.test'] = Number(new URL(slack.url).port);
        return Promise.resolve();
      },
    });
    const { slack, program } = world;
    const app = slack.addApp();
    const installation = slack.install(app, slack.addWorkspace(), {
      scopes: [...DEFAULT_SCOPES, 'files:write'],
    });
    const { id } = await connect(world, installation, app.createAppToken());
    slack.send(installation, blockAction());
    await eventually(() => slack.responses.length === 1, 'the update');
    const contract = createClient(
      IntegrationsService,
      createConnectTransport({
        baseUrl: program.pluginUrl,
        httpVersion: '1.1',
        interceptors: [
          (next) => (request) => {
            request.header.set('authorization', `Bearer ${PLUGIN_TOKEN}`);
            return next(request);
          },
        ],
      }),
    );
    const { integrations } = await contract.list({});
    const integrationId = integrations[0]?.integrationId ?? '';
    const { values } = await contract.configure({ integrationId, connectionId: id });
    await contract.call({
      integrationId,
      function: values['files_upload_v2']!,
      kwargs: { content: string('a report'), filename: string('report.txt') },
    });
    // Slack says yes only if the bytes came.
    expect(slack.calls.of('files.completeUploadExternal').map(({ answer }) => answer)).toMatchObject([
      { ok: true },
    ]);
    expect(new Set(proxy.asked)).toEqual(new Set(['slack.test:80']));
  });

  it('The program and its gateway reach AutoKitteh through AUTOKITTEH_PROXY, and Slack directly', async () => {
    const proxy = await proxyWith('ak:secret');
    const world = await startWorld({ settings: { AUTOKITTEH_PROXY: proxy.url } });
    const { program, slack, standIn } = world;
    const { installation, appToken } = addInstallation(world);
    const connection = await connect(world, installation, appToken);
    await slack.ledger.settled(slack.send(installation, message()));
    await eventually(() => eventsOf(world, connection.id).length === 1, 'the event');
    const before = proxy.asked.length;
    expect((await fetch(`${program.gatewayUrl}/anything`)).status).not.toBe(502);
    expect(proxy.asked.length).toBeGreaterThan(before);
    expect(new Set(proxy.asked)).toEqual(new Set([new URL(standIn.url).host]));
    await proxy.vanish();
    await eventually(
      () => program.logged.join('').includes(`the proxy ${proxy.name} refused the connection`),
      'the log names the proxy',
    );
    expect(program.logged.join('')).not.toMatch(/secret/);
    expect((await fetch(`${program.gatewayUrl}/anything`)).status).toBe(502);
    await proxy.comeBack();
  });
});
