import { Code } from '@connectrpc/connect';
import { beforeEach, describe, expect, it } from 'vitest';
import { rank } from '../../../src/connections/ranked-members.js';
import { Status_Code } from '../../../src/gen/autokitteh/common/v1/common_pb.js';
import type { SlackInstallation } from '../../../src/sim/slack/directory/entities.js';
import { message } from '../../../src/sim/slack/frames/messages.js';
import { SLACK_RETRIES } from '../../../src/sim/slack/sending/retry-ladder.js';
import { eventually } from '../../helpers/eventually.js';
import { autoKittehClients } from '../../world/autokitteh-clients.js';
import { press, save } from '../../world/connections.js';
import { overview, recordStatuses, statusOf, textsOf, untilStatus } from '../../world/observations.js';
import { AS_OPERATOR } from '../../world/program.js';
import { useReplicas, type ReplicaProgram } from '../../world/replicas.js';
import type { World } from '../../world/world.js';

// Longer than a program that is alone waits for requests when it stops, and within the time of a save.
const SLOW_CHECK_MS = 5_000;

describe('Several programs with one journal in PostgreSQL', () => {
  const cluster = useReplicas({
    retries: { ...SLACK_RETRIES, delays: [200, 500, 1_000, 2_000, 4_000, 8_000] },
  });
  /** The smallest number of live sockets since the app had any, and the greatest of those that Slack counted. */
  let sockets: { least: number; most: number };

  beforeEach(() => {
    sockets = { least: Infinity, most: 0 };
  });

  /** An app with a connection, saved through the first program; from then on its sockets are counted. */
  async function connected() {
    const { app, ...rest } = await cluster.connected();
    const { slack } = cluster.peers;
    slack.onSocketChange(() => {
      sockets.least = Math.min(sockets.least, slack.sockets(app).length);
      sockets.most = Math.max(sockets.most, slack.connections(app));
    });
    return rest;
  }

  /** Sends so many events one after the other, and names them in the order of sending. */
  async function send(world: World, to: SlackInstallation, what: string, count: number): Promise<string[]> {
    const sent: string[] = [];
    for (let n = 0; n < count; n += 1) {
      const text = `${what} ${n}`;
      sent.push(text);
      await world.slack.ledger.settled(world.slack.send(to, message({ text })));
    }
    return sent;
  }

  it('Both hosts have a socket and dispatch, each event comes once and in order, and the status stays as it is', async () => {
    await cluster.start('one');
    await cluster.start('two');
    const { world, installation, connection } = await connected();
    await untilStatus(world, connection.id, 'ok', /2 sockets live on 2 replicas/);
    // The second program may have opened its socket after the save had been answered; from here on none changes.
    sockets.least = Infinity;
    const statuses = recordStatuses(world, connection.id);
    const sent = await send(world, installation, 'event', 40);
    await eventually(() => textsOf(world, connection.id).length === sent.length, 'all events');
    expect(textsOf(world, connection.id)).toEqual(sent);
    // Who dispatches an event of a conversation goes on with what has come behind it, on a busy machine with all: only an event
    // behind which none waits leaves the next one to whom Slack sends it.
    await eventually(async () => {
      if (cluster.programs.every(({ dispatched }) => dispatched > 0)) return true;
      sent.push(...(await send(world, installation, `alone ${sent.length},`, 1)));
      await eventually(() => textsOf(world, connection.id).length === sent.length, 'the event');
      return false;
    }, 'both programs dispatch');
    expect(textsOf(world, connection.id)).toEqual(sent);
    expect(statuses).toEqual([]);
    expect(sockets.least).toBe(Infinity);
  });

  it('A program that vanishes loses nothing: another one opens its sockets, and dispatches what it had', async () => {
    for (const name of ['one', 'two', 'three']) await cluster.start(name);
    const { world, installation, connection } = await connected();
    await untilStatus(world, connection.id, 'ok', /2 sockets live on 2 replicas/);
    const before = await send(world, installation, 'before', 10);
    await eventually(() => textsOf(world, connection.id).length === before.length, 'the first events');
    const gone = cluster.programs.find(({ dispatched }) => dispatched > 0);
    // Its dispatches are under way when it vanishes.
    cluster.peers.server.standIn.faults.delayMs = 500;
    const during = send(world, installation, 'during', 10);
    await eventually(() => world.slack.ledger.acknowledged().length > 12, 'events are under way');
    await gone?.vanish();
    const [watching] = cluster.programs.filter((program) => program !== gone);
    if (gone === undefined || watching === undefined) throw new Error('none has dispatched anything');
    cluster.peers.server.standIn.faults.clear();
    await during;
    await untilStatus(world, connection.id, 'ok', /2 sockets live on 2 replicas/);
    const after = await send(world, installation, 'after', 10);
    await eventually(() => textsOf(world, connection.id).includes('after 9'), 'all events');
    // Until its lease has ended nobody knows that it is gone, however soon everything has arrived.
    const { replicas, problems } = await eventually(async () => {
      const seen = await overview({ program: watching });
      return seen.replicas.some(({ state }) => state === 'gone') && seen;
    }, 'the others know that it is gone');
    const states = replicas.map(({ name, state, isThis }) => [name, isThis ? 'this' : state]);
    expect(new Map(states as [string, string][])).toEqual(
      new Map(
        cluster.programs.map((each) => [
          each.name,
          each === gone ? 'gone' : each === watching ? 'this' : 'live',
        ]),
      ),
    );
    expect(problems.map(({ sentence }) => sentence)).toContain(
      `Replica ${gone.name} is gone: it has ended without being stopped.`,
    );
    expect(new Set(textsOf(world, connection.id))).toEqual(new Set([...before, ...(await during), ...after]));
    expect(world.slack.ledger.lost()).toEqual([]);
    expect(textsOf(world, connection.id).length).toBeLessThanOrEqual(before.length + 10 + after.length + 1);
  });

  it('A program that stops hands over first: the app always has a live socket, and the status never says that nothing runs', async () => {
    for (const name of ['one', 'two', 'three']) await cluster.start(name);
    const { world, installation, connection } = await connected();
    await untilStatus(world, connection.id, 'ok', /2 sockets live on 2 replicas/);
    const statuses = recordStatuses(world, connection.id);
    const sending = send(world, installation, 'event', 60);
    const [first, second, third] = cluster.programs;
    await first?.stop();
    await untilStatus(world, connection.id, 'ok', /2 sockets live on 2 replicas/);
    await second?.stop();
    if (third === undefined) throw new Error('there is no third program');
    // The third one soon knows that the others have left, and looks for neither of them.
    await eventually(
      async () => (await overview({ program: third })).replicas.every(({ name }) => name === 'three'),
      'the third program is alone',
    );
    const sent = await sending;
    await eventually(() => textsOf(world, connection.id).length === sent.length, 'all events');
    expect(textsOf(world, connection.id)).toEqual(sent);
    expect(world.slack.ledger.lost()).toEqual([]);
    expect(world.slack.ledger.unrouted()).toEqual([]);
    expect(sockets.least).toBeGreaterThan(0);
    expect(sockets.most).toBeLessThanOrEqual(10);
    expect(statuses.filter(({ message: text }) => /not running/.test(text))).toEqual([]);
    await untilStatus(world, connection.id, 'ok', /: 2 sockets live$/);
    await third.stop();
    expect(statusOf(world, connection.id).message).toMatch(/not running/);
  });

  it('A trouble that only the second host of an app meets is in the status until it is over, with the name of that program', async () => {
    const names = ['one', 'two'];
    for (const name of names) await cluster.start(name);
    const { world, installation, connection } = await connected();
    await untilStatus(world, connection.id, 'ok', /2 sockets live on 2 replicas/);
    const [, second] = rank(installation.app.id, names);
    const joinAgain = await cluster.programs.find(({ name }) => name === second)?.cutOffFromSlack();
    const told = new RegExp(`^(1 of )?2 sockets live\\. On replica ${second}, Slack cannot be reached: `);
    await untilStatus(world, connection.id, 'warning', told);
    const sent = await send(world, installation, 'event', 5);
    await eventually(() => textsOf(world, connection.id).length === sent.length, 'all events');
    await joinAgain?.();
    await untilStatus(world, connection.id, 'ok', /2 sockets live on 2 replicas/);
    expect(world.slack.ledger.lost()).toEqual([]);
  });

  it('A program without a socket of the app tells its status, checks and saves its tokens, and sends a dead letter again', async () => {
    for (const name of ['one', 'two', 'three']) await cluster.start(name);
    const { world, installation, connection } = await connected();
    await untilStatus(world, connection.id, 'ok', /2 sockets live on 2 replicas/);
    const without = await eventually(async () => {
      const { replicas } = await overview(world);
      const free = replicas.filter((each) => each.sockets === 0);
      return free.length === 1 && cluster.programs.find(({ name }) => name === free[0]?.name);
    }, 'a program without a socket');
    const there: World = { ...world, program: without };

    const { owner } = connection.project;
    const gateway = autoKittehClients(without.gatewayUrl, {
      headers: { authorization: `Bearer ${owner.token}` },
    });
    // What the other replicas have is learnt a moment later than they have it.
    const status = await eventually(async () => {
      const told = await gateway.connections.refreshStatus({ connectionId: connection.id });
      return /2 sockets live on 2 replicas/.test(told.status?.message ?? '') && told.status;
    }, 'the status of all replicas');
    expect(status.code).toBe(Status_Code.OK);

    const { botToken, app } = installation;
    const appToken = app.createAppToken();
    const checked = await press(there, connection, 'check', { bot_token: botToken, app_token: appToken });
    expect(await checked.text()).toContain('Both tokens are right');
    expect((await save(there, connection, { botToken, appToken })).status).toBe(302);
    const { vars } = await owner.clients.vars.get({
      scopeId: connection.id,
      names: ['socket_mode_app_token'],
    });
    expect(vars.map(({ value }) => value)).toEqual([appToken]);
    await untilStatus(world, connection.id, 'ok', /2 sockets live on 2 replicas/);

    const { faults } = cluster.peers.server.standIn;
    const words = 'something is not as it must be [event.data]';
    faults.refuse({ method: '/Dispatch', code: Code.InvalidArgument, words }, 1);
    const [refused] = await send(world, installation, 'refused', 1);
    const letters = async (program: ReplicaProgram): Promise<{ id: number; connectionId: string }[]> => {
      const answer = await fetch(`${program.pluginUrl}/ops/dead-letters`, { headers: AS_OPERATOR });
      return (await answer.json()) as { id: number; connectionId: string }[];
    };
    const [letter] = await eventually(async () => {
      const found = await letters(without);
      return found.length === 1 && found;
    }, 'a dead letter');
    expect(letter?.connectionId).toBe(connection.id);
    const resent = await fetch(`${without.pluginUrl}/ops/dead-letters/resend`, {
      method: 'POST',
      headers: { ...AS_OPERATOR, 'content-type': 'application/json', origin: without.pluginUrl },
      body: JSON.stringify({ ids: [letter?.id] }),
    });
    expect(await resent.json()).toEqual({ resent: 1 });
    await eventually(() => textsOf(world, connection.id).length === 1, 'the refused event');
    expect(textsOf(world, connection.id)).toEqual([refused]);
    for (const program of cluster.programs)
      await eventually(async () => (await letters(program)).length === 0, 'no letter any more');
  });

  it('A save that Slack takes seconds to check is answered by the program that got it, although that one is being stopped', async () => {
    await cluster.start('one');
    await cluster.start('two');
    const { world, installation, connection } = await connected();
    await untilStatus(world, connection.id, 'ok', /2 sockets live on 2 replicas/);
    const { slack } = world;
    const asked = new Promise<void>((resolve) => {
      const when = (): boolean => {
        resolve();
        return true;
      };
      slack.faults.api('auth.test', { t: 'slow', delay: SLOW_CHECK_MS }, { when });
    });
    const { app, botToken } = installation;
    const saving = save(world, connection, { botToken, appToken: app.createAppToken() });
    await asked;
    const stopping = world.program.stop();
    expect((await saving).status).toBe(302);
    await stopping;
  });

  it('A program that is cut off from PostgreSQL leaves the status to the others, which go on', async () => {
    await cluster.start('one');
    await cluster.start('two');
    const { world, installation, connection } = await connected();
    await untilStatus(world, connection.id, 'ok', /2 sockets live on 2 replicas/);
    const [cut] = cluster.programs;
    await cut?.cutOffFromPostgres();
    const sent = await send(world, installation, 'event', 10);
    await eventually(() => textsOf(world, connection.id).length === sent.length, 'all events');
    await untilStatus(world, connection.id, 'ok', /sockets live/);
    expect(world.slack.ledger.lost()).toEqual([]);
  });
});
