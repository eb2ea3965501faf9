import { describe, expect, it } from 'vitest';
import { scaledClock } from '../../../src/core/clock.js';
import { slashCommand } from '../../../src/sim/slack/frames/slash-command.js';
import { eventually } from '../../helpers/eventually.js';
import type { SocketsWorld } from '../../world/sockets.js';
import { start, open } from './sockets-rig.js';

describe('Sockets that Slack refuses', () => {
  it('A refusal of Slack ends in a status, not in an error of the process', async () => {
    const world = await start();
    world.slack.revoke(world.token);
    world.want(world.token);
    await world.until(() => world.status?.t === 'broken', 'broken');
    expect(world.status).toMatchObject({ t: 'broken', error: 'token_revoked' });
  });

  it('A token that is revoked while its sockets live is found at the next renewal', async () => {
    const world = await open();
    world.slack.revoke(world.token, 'invalid_auth');
    for (const socket of world.slack.sockets(world.app)) socket.refresh();
    await world.until(() => world.status?.t === 'broken', 'broken');
    expect(world.status).toMatchObject({ error: 'invalid_auth' });
  });

  it('Sockets come back after Socket Mode was switched off and on again', async () => {
    const world = await open({ clock: scaledClock(200) });
    world.slack.setSocketMode(world.app, false);
    await world.until(() => world.status?.t === 'broken', 'broken');
    expect(world.status).toMatchObject({ error: 'link_disabled' });
    world.slack.setSocketMode(world.app, true);
    await world.live();
  });

  it('An eleventh socket is refused: ours wait until there is room', async () => {
    const world = await start({ clock: scaledClock(200) });
    const removeGhosts = world.slack.addGhosts(world.app, 9);
    world.want(world.token);
    await world.until(
      () => world.status?.sockets === 1 && world.status.t === 'degraded',
      'one socket, and no room',
    );
    expect(world.status?.foreign).toBe(9);
    removeGhosts();
    await world.live(20_000);
  });
});

describe('an opening that goes wrong', () => {
  it.each([
    [
      'a call that hangs',
      (world: SocketsWorld) => world.slack.faults.api('apps.connections.open', { t: 'hang' }),
    ],
    [
      'a reset call',
      (world: SocketsWorld) => world.slack.faults.api('apps.connections.open', { t: 'reset' }),
    ],
    [
      'HTTP 500',
      (world: SocketsWorld) => world.slack.faults.api('apps.connections.open', { t: 'status', status: 500 }),
    ],
    [
      'a page of a proxy',
      (world: SocketsWorld) =>
        world.slack.faults.api('apps.connections.open', {
          t: 'status',
          status: 200,
          body: '<html>Sign in</html>',
        }),
    ],
    [
      'internal_error',
      (world: SocketsWorld) =>
        world.slack.faults.api('apps.connections.open', { t: 'error', error: 'internal_error' }),
    ],
    [
      'a rate limit',
      (world: SocketsWorld) =>
        world.slack.faults.api('apps.connections.open', { t: 'rate_limited', retryAfter: 3 }),
    ],
    ['a refused upgrade', (world: SocketsWorld) => world.slack.faults.dial({ t: 'refuse', status: 408 })],
    [
      'an upgrade answered with 200',
      (world: SocketsWorld) => world.slack.faults.dial({ t: 'refuse', status: 200 }),
    ],
    ['an upgrade that hangs', (world: SocketsWorld) => world.slack.faults.dial({ t: 'hang' })],
    ['a reset upgrade', (world: SocketsWorld) => world.slack.faults.dial({ t: 'reset' })],
    ['no hello', (world: SocketsWorld) => world.slack.faults.hello({ t: 'hang' })],
    ['garbage for a hello', (world: SocketsWorld) => world.slack.faults.hello({ t: 'garbage' })],
    ['a close for a hello', (world: SocketsWorld) => world.slack.faults.hello({ t: 'close', code: 1011 })],
    ['a reset for a hello', (world: SocketsWorld) => world.slack.faults.hello({ t: 'reset' })],
    [
      'a warning for a hello',
      (world: SocketsWorld) => world.slack.faults.hello({ t: 'disconnect', reason: 'warning' }),
    ],
  ])('An opening that goes wrong is repeated: %s', async (_name, fault) => {
    const world = await start({ clock: scaledClock(20) });
    fault(world);
    await world.open();
    const entry = world.slack.send(world.installation, slashCommand());
    await world.slack.ledger.settled(entry);
    expect(entry.state).toBe('acknowledged');
    await eventually(() => world.slack.connections(world.app) === 2, 'only two sockets at Slack');
  });
});

it('An app that is refused does not disturb another app', async () => {
  const world = await start();
  const other = world.slack.addApp('Other');
  const token = other.createAppToken();
  world.slack.revoke(token);
  world.sockets.reconcile(
    new Map([
      [world.app.id, [{ token: world.token, setAt: 1 }]],
      [other.id, [{ token, setAt: 1 }]],
    ]),
  );
  await world.live();
  await world.until(() => world.sockets.status(other.id)?.t === 'broken', 'the other is broken');
  expect(world.status).toMatchObject({ t: 'live' });
});
