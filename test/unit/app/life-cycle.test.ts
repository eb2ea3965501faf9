import { describe, expect, it } from 'vitest';
import { scaledClock } from '../../../src/core/clock.js';
import { innerEvent } from '../../../src/sim/slack/frames/event-callback.js';
import { message } from '../../../src/sim/slack/frames/messages.js';
import { eventually } from '../../helpers/eventually.js';

import {
  addInstallation,
  connect,
  createConnection,
  press,
  save,
  setVariables,
} from '../../world/connections.js';
import {
  eventsOf,
  metric,
  overview,
  recordStatuses,
  statusOf,
  textsOf,
  untilStatus,
  untilTroubles,
} from '../../world/observations.js';
import { QUICK_LIVE } from '../../world/policies.js';
import { startWorld, type World } from '../../world/world.js';

function idsOf(sockets: readonly { readonly id: string }[]): string[] {
  return sockets.map(({ id }) => id).sort();
}

async function noSockets({ slack }: World): Promise<void> {
  await slack.waitUntilSockets((sockets) => sockets.length === 0);
}

describe('The sockets of a connection', () => {
  it('Sockets open when a deployment is activated and close when it is deactivated', async () => {
    const world = await startWorld();
    const { owner, server, slack } = world;
    const { app, installation, appToken } = addInstallation(world);
    const connection = await createConnection(world, { deployed: false });
    await save(world, connection, { botToken: installation.botToken, appToken });
    await untilStatus(
      world,
      connection.id,
      'ok',
      /^Ready in Synthetic: sockets open when a deployment is active/,
    );
    expect(slack.sockets(app)).toEqual([]);
    const deploymentId = await server.deploy(connection.project);
    await untilStatus(world, connection.id, 'ok', /2 sockets live/);
    await owner.clients.deployments.deactivate({ deploymentId });
    await untilStatus(world, connection.id, 'ok', /^Ready/);
    await noSockets(world);
    await owner.clients.deployments.activate({ deploymentId });
    await untilStatus(world, connection.id, 'ok', /2 sockets live/);
  });

  it('Sockets stay open when one deployment is replaced by the next', async () => {
    const world = await startWorld({ other: { live: { ...QUICK_LIVE, graceMs: 60_000 } } });
    const { owner, server, slack } = world;
    const { app, installation, appToken } = addInstallation(world);
    const connection = await connect(world, installation, appToken);
    const before = idsOf(slack.sockets(app));
    const shown = recordStatuses(world, connection.id);
    const asked = (): number =>
      world.standIn.store.requests.filter(({ path }) => path.endsWith('/FindActiveConnectionIDs')).length;
    const { deployments } = owner.clients;
    for (let round = 1; round <= 3; round++) {
      const { deployments: active } = await deployments.list({ projectId: connection.project.projectId });
      for (const { deploymentId } of active) await deployments.deactivate({ deploymentId });
      // The program has seen that none is active.
      const seen = asked();
      await eventually(() => asked() > seen + 1, 'a look in between');
      await server.deploy(connection.project);
    }
    const seen = asked();
    await eventually(() => asked() > seen + 1, 'a look afterwards');
    expect(idsOf(slack.sockets(app))).toEqual(before);
    // A status may say what else happens meanwhile, such as a server that is slow, but never that none is active.
    expect(shown.filter(({ message: text }) => /when a deployment is active/.test(text))).toEqual([]);
  });

  it('Sockets close when their connection is disconnected or deleted, unless another connection shares them', async () => {
    const world = await startWorld();
    const { owner, slack } = world;
    const { app, installation, appToken } = addInstallation(world);
    const [first, second] = [
      await connect(world, installation, appToken),
      await connect(world, installation, appToken),
    ];
    expect(slack.connections(app)).toBe(2);
    const before = idsOf(slack.sockets(app));
    const entry = slack.send(installation, message());
    await slack.ledger.settled(entry);
    await eventually(
      () => eventsOf(world, first.id).length + eventsOf(world, second.id).length === 2,
      'both',
    );
    expect((await press(world, first, 'disconnect', { confirmed: 'yes' })).status).toBe(303);
    await eventually(async () => {
      const { connections } = await overview(world);
      return connections.every(({ id }) => id !== first.id);
    }, 'the program to know');
    await slack.ledger.settled(slack.send(installation, message()));
    await eventually(() => eventsOf(world, second.id).length === 2, 'the event for who is left');
    expect(eventsOf(world, first.id)).toHaveLength(1);
    expect(idsOf(slack.sockets(app))).toEqual(before);
    await owner.clients.triggers.delete({ triggerId: second.project.triggerIds[0] ?? '' });
    await owner.clients.connections.delete({ connectionId: second.id });
    await noSockets(world);
  });

  it('Sockets open for a connection of an organisation, whose events reach the triggers of its projects', async () => {
    const world = await startWorld();
    const { installation, appToken } = addInstallation(world);
    const connection = await connect(world, installation, appToken, { ofOrg: true });
    world.slack.send(installation, message({ text: 'for the organisation' }));
    await eventually(() => eventsOf(world, connection.id).length === 1, 'the event');
    await eventually(() => world.standIn.store.sessions.size === 1, 'its session');
  });
});

describe('the server', () => {
  it('The program starts while the server is down and works once the server is up', async () => {
    const world = await startWorld({ before: ({ standIn }) => standIn.goDown() });
    const { program, standIn, slack } = world;
    await untilTroubles(world, /AutoKitteh is unreachable: no connection to the server \(ECONNREFUSED\)\. /);
    expect((await fetch(`${program.gatewayUrl}/anything`)).status).toBe(502);
    await standIn.comeUp();
    const { installation, appToken } = addInstallation(world);
    const connection = await connect(world, installation, appToken);
    await slack.ledger.settled(slack.send(installation, message()));
    await eventually(() => eventsOf(world, connection.id).length === 1, 'the event');
    expect(await eventually(async () => (await fetch(`${program.pluginUrl}/readyz`)).ok, 'ready')).toBe(true);
  });

  it('Sockets stay open, events wait in order and the status says so while the server restarts', async () => {
    const world = await startWorld();
    const { app, installation, appToken } = addInstallation(world);
    const { slack, standIn } = world;
    const connection = await connect(world, installation, appToken);
    const before = idsOf(slack.sockets(app));
    await standIn.goDown();
    // One after the other: what is sent at once over two sockets has no order.
    for (let number = 0; number < 20; number++)
      await slack.ledger.settled(slack.send(installation, message({ text: `number ${number}` })));
    expect(slack.ledger.late()).toEqual([]);
    await untilTroubles(world, /AutoKitteh is unreachable.*wait in the journal/);
    await standIn.comeUp();
    await eventually(() => eventsOf(world, connection.id).length === 20, 'all events');
    expect(textsOf(world, connection.id)).toEqual(
      Array.from({ length: 20 }, (_, number) => `number ${number}`),
    );
    expect(idsOf(slack.sockets(app))).toEqual(before);
    await untilStatus(world, connection.id, 'ok', /2 sockets live/);
  });

  it('The log says what to do when the server takes another signing key, and a new start with that key recovers', async () => {
    const key = 'ab'.repeat(32);
    const world = await startWorld({ other: { clock: scaledClock(5) } });
    const { program, standIn } = world;
    const { installation, appToken } = addInstallation(world);
    const connection = await connect(world, installation, appToken);
    standIn.rotateSignKey(key);
    await eventually(
      () => program.logged.some((line) => line.includes('AutoKitteh rejected AUTOKITTEH_SIGN_KEY')),
      'advice in the log',
      60_000,
    );
    await untilTroubles(world, /Set AUTOKITTEH_SIGN_KEY/);
    // Slack's events wait in the journal meanwhile.
    await world.slack.ledger.settled(world.slack.send(installation, message()));
    await program.restart({ AUTOKITTEH_SIGN_KEY: key });
    await eventually(() => eventsOf(world, connection.id).length === 1, 'the event');
    await untilStatus(world, connection.id, 'ok', /2 sockets live/);
  });
});

describe('The tokens of a connection', () => {
  it('Tokens are replaced without a gap: no event is lost and none finds no socket', async () => {
    const world = await startWorld();
    const { slack } = world;
    const { app, installation, appToken } = addInstallation(world);
    const connection = await connect(world, installation, appToken);
    const enough = new AbortController();
    const sender = (async () => {
      for (let number = 0; !enough.signal.aborted; number++) {
        slack.send(
          installation,
          innerEvent({ type: 'channel_archive', channel: `C${number % 7}`, user: 'U1' }),
        );
        await fetch(`${world.program.pluginUrl}/healthz`);
      }
    })();
    let token = appToken;
    for (let round = 1; round <= 3; round++) {
      const old = token;
      token = app.createAppToken();
      await save(world, connection, { botToken: installation.botToken, appToken: token });
      await slack.waitUntilSockets(
        (all) => all.length === 2 && all.every((socket) => socket.token === token),
      );
      slack.revoke(old);
    }
    enough.abort();
    await sender;
    await slack.ledger.allSettled();
    expect(slack.ledger.unrouted()).toEqual([]);
    expect(slack.ledger.lost()).toEqual([]);
    expect(slack.ledger.late()).toEqual([]);
    const sent = slack.ledger.entries.length;
    await eventually(() => eventsOf(world, connection.id).length === sent, `${sent} events`, 60_000);
    await untilStatus(world, connection.id, 'ok', /2 sockets live$/);
  });

  it('The newest valid token of an app is used, and each connection says how its own token fares', async () => {
    const world = await startWorld();
    const { slack } = world;
    const { app, installation, appToken } = addInstallation(world);
    const newer = app.createAppToken();
    const first = await connect(world, installation, appToken);
    await setVariables(first, { socket_mode_saved_at: '2020-01-01T00:00:00Z' });
    const second = await connect(world, installation, newer);
    await slack.waitUntilSockets((all) => all.length === 2 && all.every((socket) => socket.token === newer));
    await untilStatus(
      world,
      first.id,
      'ok',
      /2 sockets live, with a newer app-level token of the same Slack app$/,
    );
    expect(statusOf(world, second.id).message).toMatch(/2 sockets live$/);
    slack.revoke(newer);
    for (const socket of slack.sockets(app)) socket.warn();
    await untilStatus(world, second.id, 'error', /app-level token \(token_revoked\)/);
    await slack.waitUntilSockets(
      (all) => all.length === 2 && all.every((socket) => socket.token === appToken),
    );
    await untilStatus(world, first.id, 'ok', /2 sockets live$/);
    // The one with the bad token gets its events all the same: its bot token is good.
    await slack.ledger.settled(slack.send(installation, message()));
    await eventually(() => eventsOf(world, first.id).length === 1, 'an event for one');
    await eventually(() => eventsOf(world, second.id).length === 1, 'and for the other');
    expect(await metric(world, 'ak_slack_received_total', 'decision="routed"')).toBe(1);
  });
});

describe('a connection of the built-in integration', () => {
  it('A connection of the built-in integration is adopted in two steps that each show their state', async () => {
    const world = await startWorld();
    const { owner, slack } = world;
    const { app, installation, appToken } = addInstallation(world);
    const connection = await createConnection(world);
    // The server's own socket.
    const closeServersOwn = slack.addGhosts(app, 1);
    const { id: scopeId } = connection;
    const secret = (name: string, value: string) => ({ scopeId, name, value, isSecret: true });
    await owner.clients.vars.set({
      vars: [
        { scopeId, name: 'auth_type', value: 'socketMode', isSecret: false },
        secret('private_app_token', appToken),
        secret('private_bot_token', installation.botToken),
      ],
    });
    await untilStatus(
      world,
      connection.id,
      'warning',
      /built-in socket: open this connection's page to adopt/,
    );
    expect(slack.sockets(app)).toEqual([]);
    expect((await press(world, connection, 'finish')).status).toBe(400);
    expect((await press(world, connection, 'adopt')).status).toBe(303);
    await slack.waitForSockets(app, 2);
    await untilStatus(world, connection.id, 'warning', /^Adopted, but the server's own socket.*finish/);
    expect((await press(world, connection, 'finish')).status).toBe(303);
    await untilStatus(
      world,
      connection.id,
      'warning',
      /2 sockets live, but Slack counts 1 more.*restart the server/,
    );
    expect((await press(world, connection, 'finish')).status).toBe(400);
    closeServersOwn();
    await untilStatus(world, connection.id, 'ok', /2 sockets live$/);
    const left = await owner.clients.vars.get({ scopeId });
    expect(left.vars.map(({ name }) => name)).not.toContain('private_app_token');
    expect(slack.calls.of('apps.connections.open').every(({ token }) => token === appToken)).toBe(true);
  });
});
