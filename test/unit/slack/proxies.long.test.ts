import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { afterEach, describe, expect, it } from 'vitest';

import { systemClock } from '../../../src/core/clock.js';
import { createOutbound } from '../../../src/core/outbound.js';
import { proxiesOf } from '../../../src/setting-parsers.js';
import { slashCommand } from '../../../src/sim/slack/frames/slash-command.js';
import { createSlackHttp } from '../../../src/slack/http.js';
import type { AppSocketsStatus } from '../../../src/slack/status.js';
import { createWebApi } from '../../../src/slack/web-api.js';
import { failureText } from '../../../src/slack/errors.js';
import {
  startConnectProxy,
  type ConnectProxy,
  type ConnectProxyOptions,
} from '../../helpers/connect-proxy.js';
import { eventually } from '../../helpers/eventually.js';
import { PRIVATE_CA } from '../../helpers/private-ca.js';
import { tlsBefore } from '../../helpers/tls-before.js';
import { SocketsWorld } from '../../world/sockets.js';

let ends: (() => unknown)[] = [];
afterEach(async () => {
  const all = ends;
  ends = [];
  for (const end of all.reverse()) await end();
});

async function proxyWith(options: ConnectProxyOptions = {}): Promise<ConnectProxy> {
  const proxy = await startConnectProxy(options);
  ends.push(() => proxy.vanish());
  return proxy;
}

/** Sockets whose only way to the scripted Slack is the proxy: they know it by a name that the proxy alone resolves. */
async function behindProxy(
  proxy: ConnectProxy,
  environment: Record<string, string> = { HTTP_PROXY: proxy.url },
) {
  const outbound = createOutbound(proxiesOf(environment));
  const world = await SocketsWorld.start({ outbound });
  ends.push(() => world.stop());
  return world;
}

describe('Through a proxy', () => {
  it('The Web API and the WebSockets go through the proxy, with its credentials', async () => {
    const proxy = await proxyWith({ credentials: 'corp:s:cret' });
    const world = await behindProxy(proxy, { HTTP_PROXY: proxy.url.replace('s:cret', 's%3Acret') });
    await world.open();
    // Two calls for a URL, whose connection may be kept, and two WebSockets.
    expect(new Set(proxy.asked)).toEqual(new Set([new URL(world.slack.url).host]));
    expect(proxy.asked.length).toBeGreaterThanOrEqual(3);
    const entry = world.slack.send(world.installation, slashCommand());
    await world.slack.ledger.settled(entry);
    expect(entry.state).toBe('acknowledged');
    await world.sockets.stop();
    await eventually(() => proxy.tunnels === 0, 'no tunnel is left');
  });

  it.each([
    [407, /HTTP 407: it requires a user name and a password in the URL of the proxy\)$/],
    [403, /HTTP 403\)$/],
    [502, /HTTP 502\)$/],
  ])('The status names a proxy that refuses with %i', async (status, reason) => {
    const proxy = await proxyWith();
    const world = await behindProxy(proxy);
    proxy.answerWith(status);
    world.want(world.token);
    await world.until(() => world.status?.t === 'degraded', 'a reason');
    const said = world.status?.t === 'degraded' ? world.status.reason : '';
    expect(said).toMatch(
      new RegExp(
        `^Slack cannot be reached: the proxy ${proxy.name} refused to connect to 127\\.0\\.0\\.1:\\d+ \\(`,
      ),
    );
    expect(said).toMatch(reason);
    proxy.answerWith(undefined);
    await world.live();
  });

  it('The status says that the credentials are wrong and does not show them', async () => {
    const proxy = await proxyWith({ credentials: 'corp:right' });
    const world = await behindProxy(proxy, { http_proxy: proxy.url.replace('right', 'wrong-secret') });
    world.want(world.token);
    await world.until(() => world.status?.t === 'degraded', 'a reason');
    const said = JSON.stringify([world.status, world.events]);
    expect(said).toContain('it does not accept the user name and the password in its URL');
    expect(said).not.toMatch(/wrong-secret|corp:/);
  });

  it('The sockets come back after the proxy was gone, and the status names it meanwhile', async () => {
    const proxy = await proxyWith();
    const world = await behindProxy(proxy);
    await world.open();
    await proxy.vanish();
    const reason = `Slack cannot be reached: the proxy ${proxy.name} refused the connection`;
    await world.until(() => world.status?.t === 'degraded' && world.status.reason === reason, 'a reason');
    await proxy.comeBack();
    await world.live();
  });

  it('The WebSocket is refused by a proxy that lets the Web API pass, and the status names it', async () => {
    const proxy = await proxyWith();
    const world = await behindProxy(proxy);
    world.sockets.events.subscribe((event) => {
      if (event.t === 'socket_state' && event.to === 'dialling') proxy.answerWith(403);
    });
    world.want(world.token);
    await world.until(() => world.status?.t === 'degraded', 'a reason');
    expect(world.status?.t === 'degraded' ? world.status.reason : '').toMatch(
      new RegExp(
        `^the WebSocket to Slack could not be opened: the proxy ${proxy.name} refused to connect to `,
      ),
    );
  });

  it('A call of the Web API ends within its limit when the proxy never answers', async () => {
    const proxy = await proxyWith();
    proxy.answerWith('hang');
    const http = createSlackHttp(createOutbound(proxiesOf({ HTTP_PROXY: proxy.url })));
    ends.push(() => http.close());
    const api = createWebApi({ apiUrl: 'http://slack.test/api/', clock: systemClock, http, timeoutMs: 200 });
    const result = await api.authTest('xoxb-1');
    expect(result.ok ? '' : failureText(result.failure)).toMatch(/took longer than 200 ms/);
  });

  it('A host in NO_PROXY is reached directly', async () => {
    const proxy = await proxyWith();
    const world = await behindProxy(proxy, { HTTP_PROXY: proxy.url, NO_PROXY: 'localhost, 127.0.0.0/8' });
    await world.open();
    expect(proxy.asked).toEqual([]);
  });

  it('A file is uploaded through the proxy', async () => {
    const proxy = await proxyWith();
    const world = await behindProxy(proxy);
    const http = createSlackHttp(createOutbound(proxiesOf({ HTTP_PROXY: proxy.url })));
    ends.push(() => http.close());
    await http.upload(`${world.slack.url}/nowhere`, {
      method: 'POST',
      body: new Uint8Array([1, 2, 3]),
      headers: {},
      signal: AbortSignal.timeout(5_000),
    });
    expect(proxy.asked).toHaveLength(1);
  });
});

/** The statuses of sockets in a process with this environment, each as it comes. */
function statuses(apiUrl: string, appId: string, token: string, environment: Record<string, string>) {
  const said: AppSocketsStatus[] = [];
  const child: ChildProcess = fork(
    fileURLToPath(new URL('../../helpers/proxied-sockets.ts', import.meta.url)),
    [apiUrl, appId, token],
    { execArgv: ['--import', 'tsx'], env: { PATH: process.env['PATH'], ...environment } },
  );
  child.on('message', (status) => void said.push(status as AppSocketsStatus));
  ends.push(async () => {
    child.disconnect();
    await once(child, 'exit');
  });
  return said;
}

describe('Slack behind a certificate authority of one’s own', () => {
  it.each([
    ['a proxy that is reached by TLS', true],
    ['a proxy that is not', false],
  ])(
    'Slack behind TLS is reached through %s where NODE_EXTRA_CA_CERTS names the authority',
    async (_name, tls) => {
      const world = await SocketsWorld.start({ slack: { publicUrl: 'https://slack.test' } });
      ends.push(() => world.stop());
      const behindTls = await tlsBefore(Number(new URL(world.slack.url).port));
      ends.push(() => behindTls.stop());
      const proxy = await proxyWith({
        tls,
        credentials: 'corp:secret',
        hosts: { 'slack.test': behindTls.port },
      });
      const environment = { HTTPS_PROXY: proxy.url };
      const extra = { ...environment, NODE_EXTRA_CA_CERTS: PRIVATE_CA.ca };
      const trusting = statuses(world.slack.apiUrl, world.app.id, world.token, extra);
      await eventually(() => trusting.at(-1)?.t === 'live', 'two sockets are live', 20_000);
      expect(new Set(proxy.asked)).toEqual(new Set(['slack.test:443']));
      const doubting = statuses(world.slack.apiUrl, world.app.id, world.token, environment);
      const reason = await eventually(
        () => {
          const last = doubting.at(-1);
          return last?.t === 'degraded' && last.reason;
        },
        'a reason',
        20_000,
      );
      const whose = tls ? `the proxy ${proxy.name}` : `slack.test through the proxy ${proxy.name}`;
      expect(reason).toContain(`the certificate of ${whose} is not trusted (`);
      expect(reason).toContain('NODE_EXTRA_CA_CERTS');
    },
  );
});
