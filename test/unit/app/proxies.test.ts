import { afterEach, describe, expect, it } from 'vitest';
import { message } from '../../../src/sim/slack/frames/messages.js';
import { startConnectProxy, type ConnectProxy } from '../../helpers/connect-proxy.js';
import { eventually } from '../../helpers/eventually.js';
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
      new RegExp(`^Slack cannot be reached: the proxy ${proxy.name} refused the connection: trying again$`),
    );
    expect(program.logged.join('')).toContain(`the proxy ${proxy.name} refused the connection`);
    expect(program.logged.join('')).not.toMatch(/secret/);
    await proxy.comeBack();
    await untilStatus(world, connection.id, 'ok', /2 sockets live$/);
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
