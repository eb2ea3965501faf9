import { describe, expect, it } from 'vitest';
import { message } from '../../../src/sim/slack/frames/messages.js';
import { eventually } from '../../helpers/eventually.js';
import { addInstallation, connect, createConnection, save, setVariables } from '../../world/connections.js';
import { recordStatuses, statusOf, untilStatus } from '../../world/observations.js';
import { QUICK_LIVE, QUICK_SOCKETS } from '../../world/policies.js';
import { ALWAYS, startWorld, type World } from '../../world/world.js';

/** A connection that works, and what it works with. */
async function working(world: World) {
  const { app, installation, appToken } = addInstallation(world);
  return { app, installation, appToken, connection: await connect(world, installation, appToken) };
}

describe('the status on the server', () => {
  it('The status says why Slack refuses the bot token, and is OK again with a new token', async () => {
    const world = await startWorld();
    const { slack } = world;
    const { installation, appToken, connection } = await working(world);
    slack.revokeAccess(installation);
    await untilStatus(
      world,
      connection.id,
      'error',
      /refused the bot token \(token_revoked\): .*install the Slack app again at https:\/\/api\.slack\.com\/apps\/A\w+\/oauth /,
    );
    const botToken = slack.rotate(installation);
    expect((await save(world, connection, { botToken, appToken })).status).toBe(302);
    await untilStatus(world, connection.id, 'ok', /^Using Socket Mode in Synthetic: 2 sockets live$/);
    slack.uninstall(installation);
    await untilStatus(world, connection.id, 'error', /account_inactive.*install the Slack app again/);
  });

  it('The status says that the app-level token was revoked, and is OK again with a new token', async () => {
    const world = await startWorld();
    const { slack } = world;
    const { app, installation, appToken, connection } = await working(world);
    slack.revoke(appToken);
    for (const socket of slack.sockets(app)) socket.refresh();
    await untilStatus(
      world,
      connection.id,
      'error',
      /refused the app-level token \(token_revoked\): .*make a new .* at https:\/\/api\.slack\.com\/apps\/A\w+\/general /,
    );
    const saved = await save(world, connection, {
      botToken: installation.botToken,
      appToken: app.createAppToken(),
    });
    expect(saved.status).toBe(302);
    await untilStatus(world, connection.id, 'ok', /2 sockets live$/);
  });

  it('The status says which variable is missing, and that two tokens are not of one app', async () => {
    const world = await startWorld();
    const { owner, slack } = world;
    const { app, installation, connection } = await working(world);
    await owner.clients.vars.delete({ scopeId: connection.id, names: ['private_bot_token'] });
    await untilStatus(world, connection.id, 'error', /^private_bot_token is missing\. Open this connection/);
    await slack.waitUntilSockets(() => slack.sockets(app).length === 0);
    const other = slack.install(slack.addApp(), slack.addWorkspace());
    await setVariables(connection, { private_bot_token: other.botToken });
    await untilStatus(
      world,
      connection.id,
      'error',
      new RegExp(
        `bot token belongs to app ${other.app.id}, the app-level token to ${app.id}: save two tokens`,
      ),
    );
    await setVariables(connection, { private_bot_token: 'not a token' });
    await untilStatus(
      world,
      connection.id,
      'error',
      /private_bot_token: There is a space or a line break in it/,
    );
    await setVariables(connection, { private_bot_token: installation.botToken });
    await untilStatus(world, connection.id, 'ok', /2 sockets live$/);
  });

  it('The status names a word in the answers variable that means nothing, and the other words work', async () => {
    const world = await startWorld();
    const { connection } = await working(world);
    await setVariables(connection, { socket_mode_answers: 'slash_command, modals' });
    await untilStatus(
      world,
      connection.id,
      'warning',
      /^socket_mode_answers names modals, .*view_submission/,
    );
    await setVariables(connection, { socket_mode_answers: 'slash_command' });
    await untilStatus(world, connection.id, 'ok', /2 sockets live$/);
  });

  it('The status follows tokens that were set past the gateway and says what is missing meanwhile', async () => {
    const world = await startWorld();
    const { installation, appToken } = addInstallation(world);
    const connection = await createConnection(world);
    expect(statusOf(world, connection.id)).toEqual({ code: 'init_required', message: 'Init required' });
    await setVariables(connection, { auth_type: 'socketMode', socket_mode_app_token: appToken });
    await untilStatus(world, connection.id, 'error', /^private_bot_token is missing/);
    await setVariables(connection, { private_bot_token: installation.botToken });
    await untilStatus(world, connection.id, 'ok', /2 sockets live$/);
  });

  it('The status says that Socket Mode is switched off, and is OK again by itself when it is on', async () => {
    const world = await startWorld();
    const { app, connection } = await working(world);
    world.slack.setSocketMode(app, false);
    await untilStatus(
      world,
      connection.id,
      'error',
      /\(link_disabled\): Socket Mode is switched off.*switch it on/,
    );
    world.slack.setSocketMode(app, true);
    await untilStatus(world, connection.id, 'ok', /2 sockets live$/);
  });

  it('The status says that the program is not running once it was stopped, and is OK again after the next start', async () => {
    const world = await startWorld();
    const { program } = world;
    const { connection } = await working(world);
    await program.app.stop();
    expect(statusOf(world, connection.id)).toMatchObject({
      code: 'error',
      message: expect.stringContaining('is not running') as string,
    });
    expect(program.logged.filter((line) => line.includes('is not running'))).toHaveLength(1);
    await program.restart();
    await untilStatus(world, connection.id, 'ok', /2 sockets live$/);
  });

  it('The status warns with fewer sockets than wanted, however well the others do', async () => {
    // The second socket has to wait for the budget, and not for the time that the first one takes.
    const sockets = {
      ...QUICK_SOCKETS,
      pool: { ...QUICK_SOCKETS.pool, staggerMs: 3_600_000 },
      limiter: { ...QUICK_SOCKETS.limiter, appBurst: 2, appEveryMs: 3_600_000 },
    };
    const world = await startWorld({ other: { sockets } });
    const { slack } = world;
    const { app, installation, appToken } = addInstallation(world);
    const connection = await createConnection(world);
    await save(world, connection, { botToken: installation.botToken, appToken });
    await untilStatus(
      world,
      connection.id,
      'warning',
      /^1 of 2 sockets live\. A socket that is not urgent is opened at most once a minute.*: the next one is opened at (\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d UTC$/,
    );
    expect(slack.sockets(app)).toHaveLength(1);
  });

  it('The status says that Slack limits the rate, and until when', async () => {
    const world = await startWorld();
    const { slack } = world;
    const { app, connection } = await working(world);
    slack.faults.api('apps.connections.open', { t: 'rate_limited', retryAfter: 60 }, ALWAYS);
    for (const socket of slack.sockets(app)) socket.reset();
    await untilStatus(
      world,
      connection.id,
      'warning',
      /^Slack limits the rate: the next socket is opened in 60 s, at (\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d UTC$/,
    );
  });

  it('The status warns while there are too few sockets, and is OK again by itself', async () => {
    const world = await startWorld();
    const { slack } = world;
    const { app, connection } = await working(world);
    const shown = recordStatuses(world, connection.id);
    const lift = slack.faults.api('apps.connections.open', { t: 'status', status: 503 }, ALWAYS);
    for (const socket of slack.sockets(app)) socket.reset();
    await untilStatus(world, connection.id, 'warning', /HTTP status 503: retrying/);
    lift();
    await untilStatus(world, connection.id, 'ok', /2 sockets live$/);
    expect(shown.filter(({ code }) => code === 'error')).toEqual([]);
  });

  it('The status of the program comes back after the server put its own in its place', async () => {
    const world = await startWorld();
    const { owner, program } = world;
    const { connection } = await working(world);
    const ours = statusOf(world, connection.id);
    const shown = recordStatuses(world, connection.id);
    await setVariables(connection, { something_else: 'x' });
    await eventually(() => shown.length === 2, 'two statuses');
    await owner.clients.connections.refreshStatus({ connectionId: connection.id });
    await eventually(() => shown.length === 4, 'two more statuses');
    const theirs = { code: 'ok', message: 'Using Socket Mode' };
    expect(shown).toEqual([theirs, ours, theirs, ours]);
    // Through the gateway there is nothing to wait for.
    const refreshed = await fetch(`${program.gatewayUrl}/connections/${connection.id}/refresh`, {
      method: 'POST',
      headers: { authorization: `Bearer ${owner.token}` },
    });
    expect(await refreshed.text()).toContain('2 sockets live');
  });

  it('The status keeps an error that the server overwrites, without showing OK in between', async () => {
    const world = await startWorld();
    const { owner, slack } = world;
    const { installation, connection } = await working(world);
    slack.revokeAccess(installation);
    const wrong = await untilStatus(world, connection.id, 'error', /token_revoked/);
    const shown = recordStatuses(world, connection.id);
    await owner.clients.connections.refreshStatus({ connectionId: connection.id });
    await eventually(() => shown.length === 2, 'two statuses');
    expect(shown).toEqual([{ code: 'ok', message: 'Using Socket Mode' }, wrong]);
  });

  it('The status does not show a problem that passes', async () => {
    const world = await startWorld({ other: { live: { ...QUICK_LIVE, settleMs: 3_600_000 } } });
    const { program, slack } = world;
    const { app, connection } = await working(world);
    const shown = recordStatuses(world, connection.id);
    const states: string[] = [];
    program.app.events.sockets.subscribe((event) => {
      if (event.t === 'status_changed') states.push(event.status.t);
    });
    for (let round = 1; round <= 3; round++) {
      states.length = 0;
      slack.faults.dial({ t: 'refuse', status: 503 }, { times: 3 });
      for (const socket of slack.sockets(app)) socket.reset();
      await eventually(() => states.includes('degraded') && states.at(-1) === 'live', 'trouble and its end');
    }
    await setVariables(connection, { something_else: 'x' });
    await untilStatus(world, connection.id, 'ok', /2 sockets live$/);
    expect(shown.filter(({ code }) => code !== 'ok')).toEqual([]);
  });

  it('The status warns while the server takes no events, and is OK again afterwards', async () => {
    const world = await startWorld();
    const { slack, standIn } = world;
    const { installation, connection } = await working(world);
    standIn.faults.temporalDown = true;
    await slack.ledger.settled(slack.send(installation, message()));
    await untilStatus(
      world,
      connection.id,
      'warning',
      /Events wait in the journal, because AutoKitteh does not accept them/,
    );
    standIn.faults.clear();
    await untilStatus(world, connection.id, 'ok', /2 sockets live$/);
  });
});
