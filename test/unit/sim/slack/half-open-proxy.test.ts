import { afterEach, describe, expect, it } from 'vitest';
import { message } from '../../../../src/sim/slack/frames/messages.js';
import { startHalfOpenProxy, type HalfOpenProxy } from '../../../helpers/half-open-proxy.js';
import { Client, openUrl } from './client.js';
import { SOON, stage, type Stage } from './setup.js';

let proxy: HalfOpenProxy | undefined;

afterEach(async () => {
  await proxy?.stop();
});

async function through(): Promise<Stage & { proxy: HalfOpenProxy; dial: () => Promise<Client> }> {
  const on = await stage();
  const started = await startHalfOpenProxy(on.slack.url);
  proxy = started;
  return {
    ...on,
    proxy: started,
    async dial() {
      const url = await openUrl(on.slack.apiUrl, on.appToken);
      return Client.dial(url.replace(new URL(url).host, started.host));
    },
  };
}

describe('the half-open proxy', () => {
  it('The half-open proxy forwards both ways until it falls silent, and again when it is restored', async () => {
    const { slack, installation, clock, dial, proxy: silencer } = await through();
    const client = await dial();
    await client.until(() => client.frames.length === 1);
    const first = await slack.ledger.settled(slack.send(installation, message()));
    expect(first.state).toBe('acknowledged');
    silencer.silence();
    const second = slack.send(installation, message());
    await clock.advance(3_000);
    expect(second.attempts[0]?.outcome).toBe('timed_out');
    expect(client.frames).toHaveLength(2);
    expect(client.ws.readyState).toBe(client.ws.OPEN);
    expect(silencer.connections).toBe(1);
    silencer.restore();
    await clock.advance(1_000);
    await slack.ledger.settled(second);
    expect(second.state).toBe('acknowledged');
    client.ws.terminate();
  });

  it('The half-open proxy accepts connections while it is silent and leaves them hanging', async () => {
    const { slack, app, dial, proxy: silencer } = await through();
    silencer.silenceAll();
    const client = await dial();
    const upgraded = slack.waitForSockets(app, 1, 100);
    await expect(upgraded).rejects.toMatchObject({ code: 'timeout' });
    await expect.poll(() => silencer.connections, SOON).toBe(1);
    client.ws.terminate();
  });

  it('The half-open proxy resets its connections', async () => {
    const { slack, app, dial, proxy: resetter } = await through();
    const client = await dial();
    await client.until(() => client.frames.length === 1);
    resetter.reset();
    await client.until(() => client.closeCode !== undefined);
    await slack.waitUntilSockets((sockets) => sockets.length === 0);
    expect(slack.connections(app)).toBe(0);
  });
});
