import { describe, expect, it } from 'vitest';
import type { ApiFault } from '../../../src/sim/slack/faults/kinds.js';
import { blockAction } from '../../../src/sim/slack/frames/interactions.js';
import { message } from '../../../src/sim/slack/frames/messages.js';
import { slashCommand } from '../../../src/sim/slack/frames/slash-command.js';
import { DEFAULT_POLICY } from '../../../src/slack/policy.js';
import { eventually } from '../../helpers/eventually.js';
import { addInstallation, connect, createConnection, save, setVariables } from '../../world/connections.js';
import { eventsOf, metric, statusOf, untilStatus } from '../../world/observations.js';
import { QUICK_LIVE } from '../../world/policies.js';
import { ALWAYS, startWorld, type World } from '../../world/world.js';

/** Asks again soon, since no test waits for minutes. */
const ASKS_SOON = { other: { live: { ...QUICK_LIVE, identityRetryMs: 100 } } };

/** What stands in the log of what Slack answered instead of saying whose a bot token is. */
function reasons({ program }: World): (string | undefined)[] {
  return program.logged
    .map((line) => JSON.parse(line) as { msg: string; reason?: string })
    .filter(({ msg }) => /verif(?:y|ies) (?:a )?bot token/.test(msg))
    .map(({ reason }) => reason);
}

describe('an outage of Slack’s Web API at a start', () => {
  it.each<[string, string, ApiFault, RegExp]>([
    ['a status', 'auth.test', { t: 'status', status: 503 }, /auth\.test: .*503/],
    ['a web page', 'auth.test', { t: 'status', status: 200, body: '<html>' }, /auth\.test: /],
    ['too many requests', 'auth.test', { t: 'rate_limited', retryAfter: 1 }, /auth\.test: .*limits the rate/],
    [
      'an error that passes',
      'bots.info',
      { t: 'error', error: 'internal_error' },
      /bots\.info: .*internal_error/,
    ],
  ])(
    'An outage of the Web API at a start loses nothing of a connection that worked before, where Slack answers with %s',
    async (_, method, fault, reason) => {
      const world = await startWorld(ASKS_SOON);
      const { slack, program } = world;
      const { app, installation, appToken } = addInstallation(world);
      const connection = await connect(world, installation, appToken);
      const lift = slack.faults.api(method, fault, ALWAYS);
      await program.restart();
      await slack.waitForSockets(app, 2);
      const sent = [message(), slashCommand(), blockAction()].map((frame) => slack.send(installation, frame));
      for (const entry of sent) {
        await slack.ledger.settled(entry);
        expect(entry.attempts).toHaveLength(1);
        expect(JSON.stringify(slack.ledger.answer(entry) ?? '')).not.toContain('could not be processed');
      }
      expect(slack.ledger.lost()).toEqual([]);
      await eventually(() => eventsOf(world, connection.id).length === 3, 'three events');
      await untilStatus(world, connection.id, 'warning', reason);
      expect(reasons(world)).toEqual([expect.stringMatching(reason)]);
      lift();
      await untilStatus(world, connection.id, 'ok', /2 sockets live/);
      expect(reasons(world)).toHaveLength(2);
    },
  );

  it('An outage at a start in which Slack never answers loses nothing either', async () => {
    const world = await startWorld(ASKS_SOON);
    const { slack, program } = world;
    const { app, installation, appToken } = addInstallation(world);
    const connection = await connect(world, installation, appToken);
    slack.faults.api('auth.test', { t: 'hang' }, ALWAYS);
    await program.restart();
    await slack.waitForSockets(app, 2);
    const entry = slack.send(installation, message());
    await slack.ledger.settled(entry);
    expect(entry.attempts).toHaveLength(1);
    await eventually(() => eventsOf(world, connection.id).length === 1, 'the event');
  });

  it('A bot token that Slack never spoke of opens no socket before Slack has spoken, and the status says why', async () => {
    const world = await startWorld(ASKS_SOON);
    const { slack } = world;
    const { app, installation, appToken } = addInstallation(world);
    const connection = await createConnection(world);
    const lift = slack.faults.api('auth.test', { t: 'status', status: 503 }, ALWAYS);
    await setVariables(connection, {
      auth_type: 'socketMode',
      socket_mode_app_token: appToken,
      private_bot_token: installation.botToken,
      install_ids: `${app.id}//${installation.workspace?.id}`,
      app_id: app.id,
    });
    await untilStatus(world, connection.id, 'warning', /Verifying the bot token .*auth\.test: .*503/);
    expect(slack.sockets(app)).toEqual([]);
    expect(slack.calls.all.filter(({ method }) => method === 'apps.connections.open')).toEqual([]);
    lift();
    await slack.waitForSockets(app, 2);
    await untilStatus(world, connection.id, 'ok', /2 sockets live/);
  });

  it('No event is acknowledged as nobody’s before Slack has said again whose the tokens are', async () => {
    const world = await startWorld(ASKS_SOON);
    const { slack, program } = world;
    const { app, installation, appToken } = addInstallation(world);
    const connection = await connect(world, installation, appToken);
    const elsewhere = slack.install(app, slack.addWorkspace());
    const lift = slack.faults.api('auth.test', { t: 'status', status: 503 }, ALWAYS);
    await program.restart();
    await slack.waitForSockets(app, 2);
    const nobodys = slack.send(elsewhere, message());
    const ours = slack.send(installation, message());
    await slack.ledger.settled(ours);
    await eventually(() => eventsOf(world, connection.id).length === 1, 'our event');
    await eventually(
      async () => (await metric(world, 'ak_slack_received_total', 'decision="undecided"')) > 0,
      'an event of which it is not known whose it is',
    );
    expect(nobodys.attempts.some(({ acknowledgements }) => acknowledgements.length > 0)).toBe(false);
    lift();
    await slack.ledger.settled(nobodys);
    expect(slack.ledger.lost()).toEqual([]);
  });

  it('A tenant whose bot token Slack keeps rate-limited delays events of the app that are for nobody for a limited time', async () => {
    const live = { ...QUICK_LIVE, identityRetryMs: 100, undecidedMs: 1_500 };
    const world = await startWorld({ other: { live } });
    const { slack, server, program } = world;
    const { app, installation, appToken } = addInstallation(world);
    await connect(world, installation, appToken);
    const stranger = await createConnection(world, { owner: await server.createUser() });
    const theirs = slack.install(app, slack.addWorkspace());
    await save(world, stranger, { botToken: theirs.botToken, appToken });
    await untilStatus(world, stranger.id, 'ok', /2 sockets live/);
    const elsewhere = slack.install(app, slack.addWorkspace());
    const isTheirs = ({ token }: { readonly token: string }): boolean => token === theirs.botToken;
    slack.faults.api('auth.test', { t: 'rate_limited', retryAfter: 1 }, { ...ALWAYS, when: isTheirs });
    await program.restart();
    await slack.waitForSockets(app, 2);
    const held = slack.send(elsewhere, message());
    await eventually(() => held.attempts[0]?.outcome !== 'waiting', 'an answer, or Slack’s time limit');
    expect(held.attempts[0]?.outcome).toBe('timed_out');
    const later = slack.send(elsewhere, message());
    await slack.ledger.settled(later);
    expect(later.attempts).toHaveLength(1);
    await untilStatus(world, stranger.id, 'warning', /limits the rate/);
  });

  it('An outage at a start does not bring back what Slack has withdrawn', async () => {
    const world = await startWorld(ASKS_SOON);
    const { slack, program } = world;
    const { app, installation, appToken } = addInstallation(world);
    const connection = await connect(world, installation, appToken);
    slack.uninstall(installation);
    await untilStatus(world, connection.id, 'error', /account_inactive/);
    slack.faults.api('auth.test', { t: 'status', status: 503 }, ALWAYS);
    await program.restart();
    await untilStatus(world, connection.id, 'warning', /Verifying the bot token/);
    expect(slack.sockets(app)).toEqual([]);
  });
});

describe('a Slack app of one tenant', () => {
  it('The app of one tenant has its sockets after a restart although twelve connections of another tenant name it, dated 2099', async () => {
    const world = await startWorld({ other: { sockets: DEFAULT_POLICY } });
    const { slack, server, program } = world;
    const { app, installation, appToken } = addInstallation(world);
    const own = addInstallation(world);
    const mine = await connect(world, installation, appToken);
    const stranger = await server.createUser();
    const opens = (): number =>
      slack.calls.all.filter(
        ({ method, token }) => method === 'apps.connections.open' && token.includes('made-up'),
      ).length;
    for (let number = 0; number < 12; number++) {
      const connection = await createConnection(world, { owner: stranger });
      await setVariables(connection, {
        auth_type: 'socketMode',
        socket_mode_app_token: `xapp-1-${app.id}-1-made-up${number}`,
        // Half of them with a bot token that Slack does know, of another app.
        private_bot_token: number % 2 === 0 ? `xoxb-made-up-${number}` : own.installation.botToken,
        socket_mode_saved_at: '2099-01-01T00:00:00Z',
        install_ids: `${app.id}//${installation.workspace?.id}`,
        app_id: app.id,
      });
    }
    await program.restart();
    await slack.waitForSockets(app, 2);
    await untilStatus(world, mine.id, 'ok', /2 sockets live/);
    expect(opens()).toBe(0);
    expect(statusOf(world, mine.id).message).not.toContain('newer');
  });

  it('The sockets of an app move to a token that was saved on the page, and to none for what variables say', async () => {
    const world = await startWorld();
    const { slack, program } = world;
    const { app, installation, appToken } = addInstallation(world);
    const first = await connect(world, installation, appToken);
    const elsewhere = slack.install(app, slack.addWorkspace());
    const second = await createConnection(world);
    const written = app.createAppToken();
    await setVariables(second, {
      auth_type: 'socketMode',
      socket_mode_app_token: written,
      private_bot_token: elsewhere.botToken,
      socket_mode_saved_at: new Date(Date.now() - 1).toISOString(),
    });
    await untilStatus(
      world,
      second.id,
      'ok',
      /2 sockets live, with another app-level token of the same Slack app, which Slack has accepted/,
    );
    const tokensOf = (): Set<string> => new Set(slack.sockets(app).map(({ token }) => token));
    expect(tokensOf()).toEqual(new Set([appToken]));
    expect(slack.calls.all.some(({ token }) => token === written)).toBe(false);
    await program.restart();
    await untilStatus(world, second.id, 'ok', /2 sockets live/);
    expect(tokensOf()).toEqual(new Set([appToken]));
    const saved = await save(world, second, { botToken: elsewhere.botToken, appToken: written });
    expect(saved.status).toBe(302);
    await eventually(() => tokensOf().size === 1 && tokensOf().has(written), 'sockets with the saved token');
    await untilStatus(world, first.id, 'ok', /2 sockets live/);
  });

  it('The page saves no tokens with which a stranger names the app of another tenant', async () => {
    const world = await startWorld();
    const { slack, server } = world;
    const { app, installation, appToken } = addInstallation(world);
    const own = addInstallation(world);
    const mine = await connect(world, installation, appToken);
    const connection = await createConnection(world, { owner: await server.createUser() });
    const saved = await save(world, connection, {
      botToken: own.installation.botToken,
      appToken: `xapp-1-${app.id}-1-abcdef`,
    });
    expect(saved.status).toBe(400);
    await slack.ledger.settled(slack.send(installation, message()));
    expect(slack.sockets(app).map(({ token }) => token)).toEqual([appToken, appToken]);
    expect(statusOf(world, mine.id).code).toBe('ok');
  });
});
