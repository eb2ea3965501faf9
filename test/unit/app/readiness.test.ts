import { createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { describe, expect, it } from 'vitest';
import { scaledClock } from '../../../src/core/clock.js';
import {
  Health,
  HealthCheckResponse_ServingStatus as Serving,
} from '../../../src/gen/grpc/health/v1/health_pb.js';
import type { SlackApp } from '../../../src/sim/slack/directory/entities.js';
import { message } from '../../../src/sim/slack/frames/messages.js';
import { eventually } from '../../helpers/eventually.js';

import { addInstallation, connect } from '../../world/connections.js';
import { metric, overview, untilTroubles } from '../../world/observations.js';
import { ALWAYS, startWorld, type World } from '../../world/world.js';

function healthClient({ program }: World) {
  return createClient(Health, createConnectTransport({ baseUrl: program.pluginUrl, httpVersion: '1.1' }));
}

async function readyz({ program }: World): Promise<{ status: number; text: string }> {
  const response = await fetch(`${program.pluginUrl}/readyz`);
  return { status: response.status, text: await response.text() };
}

/** A program that was restarted with one connection set up, while Slack opens no new socket. */
async function restartedWithoutSockets(clock = scaledClock(1)) {
  const world = await startWorld({ other: { clock } });
  const { installation, appToken, app } = addInstallation(world);
  await connect(world, installation, appToken);
  const open = world.slack.faults.api('apps.connections.open', { t: 'status', status: 503 }, ALWAYS);
  await world.program.restart();
  return { world, app, appToken, open };
}

describe('Readiness', () => {
  it('A gRPC watcher is told of readiness at each change, and its stream ends when the program begins to stop', async () => {
    const { world, open } = await restartedWithoutSockets();
    const seen: Serving[] = [];
    let stopped: Promise<void> | undefined;
    for await (const { status } of healthClient(world).watch({})) {
      seen.push(status);
      if (seen.length === 1) open();
      else stopped ??= world.program.app.stop();
    }
    expect(seen).toEqual([Serving.NOT_SERVING, Serving.SERVING, Serving.NOT_SERVING]);
    await stopped;
  });

  it('Readiness waits for a first socket of each app that is to be served', async () => {
    const { world, open } = await restartedWithoutSockets();
    const { text } = await eventually(async () => {
      const answer = await readyz(world);
      return answer.status === 503 && answer.text.includes('neither a socket') && answer;
    }, 'the reason');
    expect(text).toBe('1 of 1 Slack apps have had neither a socket nor an answer of Slack yet.');
    expect((await healthClient(world).check({})).status).toBe(Serving.NOT_SERVING);
    open();
    await eventually(async () => (await readyz(world)).status === 200, 'ready');
    expect(world.slack.sockets().length).toBeGreaterThan(0);
  });

  it('Readiness does not wait for sockets that Slack has refused', async () => {
    const { world, app, appToken, open } = await restartedWithoutSockets();
    await eventually(async () => (await readyz(world)).text.includes('neither'), 'the reason');
    world.slack.revoke(appToken);
    open();
    await eventually(async () => (await readyz(world)).status === 200, 'ready');
    expect(world.slack.sockets(app)).toEqual([]);
  });

  it('Readiness waits for an app at most half a minute, and then overview and metric name the app', async () => {
    const { world, app } = await restartedWithoutSockets(scaledClock(20));
    await eventually(async () => (await readyz(world)).status === 200, 'ready');
    expect(world.slack.sockets(app)).toEqual([]);
    await untilTroubles(world, new RegExp(`${app.id}.* gets no events.*HTTP status 503`));
    expect(await metric(world, 'ak_slack_condition', 'name="apps"')).toBe(0);
    expect(await metric(world, 'ak_slack_condition', 'name="journal"')).toBe(1);
  });

  it('Readiness waits until AutoKitteh has told which apps there are, while the process is called alive', async () => {
    const world = await startWorld({ before: ({ standIn }) => standIn.goDown() });
    expect(await readyz(world)).toEqual({
      status: 503,
      text: 'AutoKitteh has not listed the active connections yet.',
    });
    for (const path of ['/livez', '/healthz'])
      expect((await fetch(`${world.program.pluginUrl}${path}`)).status).toBe(200);
    await world.standIn.comeUp();
    await eventually(async () => (await readyz(world)).status === 200, 'ready');
  });

  it('Readiness waits at most half a minute for an AutoKitteh that is away', async () => {
    const world = await startWorld({
      before: ({ standIn }) => standIn.goDown(),
      other: { clock: scaledClock(20) },
    });
    await eventually(async () => (await readyz(world)).status === 200, 'ready');
    await untilTroubles(world, /AutoKitteh is unreachable/);
  });
});

describe('Readiness after a failure that follows the start', () => {
  it.each([
    ['AutoKitteh', 'server', ({ standIn }: World) => standIn.goDown()],
    [
      'Temporal',
      'delivery',
      ({ standIn }: World) => {
        standIn.faults.temporalDown = true;
      },
    ],
    [
      'the right to act',
      'rights',
      ({ standIn }: World) => {
        standIn.rotateSignKey('ab'.repeat(32));
      },
    ],
    [
      'a Slack app',
      'apps',
      ({ slack }: World, app: SlackApp) => {
        slack.setSocketMode(app, false);
      },
    ],
  ] as const)('A failure after the start leaves the program ready: %s', async (_, condition, fail) => {
    // The rights are looked at some seconds after a refusal.
    const world = await startWorld({ other: { clock: scaledClock(5) } });
    const { app, installation, appToken } = addInstallation(world);
    await connect(world, installation, appToken);
    expect((await readyz(world)).status).toBe(200);
    await fail(world, app);
    world.slack.send(installation, message());
    await eventually(async () => {
      const { conditions } = await overview(world);
      return conditions.some(({ name, ok }) => name === condition && !ok);
    }, `a problem of ${condition}`);
    expect(await readyz(world)).toEqual({ status: 200, text: 'ok' });
    expect((await healthClient(world).check({})).status).toBe(Serving.SERVING);
  });
});
