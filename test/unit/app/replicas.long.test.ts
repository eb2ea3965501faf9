import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SlackInstallation } from '../../../src/sim/slack/directory/entities.js';
import { message } from '../../../src/sim/slack/frames/messages.js';
import { SLACK_RETRIES } from '../../../src/sim/slack/sending/retry-ladder.js';
import { eventually } from '../../helpers/eventually.js';
import { addInstallation, connect, type TestConnection } from '../../world/connections.js';
import { eventsOf, recordStatuses, statusOf, untilStatus } from '../../world/observations.js';
import { openPeers, type Peers } from '../../world/open-world.js';
import { startPostgres, type PostgresServer } from '../../../src/sim/postgres/postgres-server.js';
import { SLACK_NAME, startReplica, type ReplicaProgram } from '../../world/replicas.js';
import { startStandInUnderTest, type StandInUnderTest } from '../../world/server.js';
import type { World } from '../../world/world.js';

describe('Several programs with one journal in PostgreSQL', () => {
  let postgres: PostgresServer;
  let peers: Peers<StandInUnderTest>;
  let programs: ReplicaProgram[];
  /** The smallest number of live sockets since the app had any, and the greatest of those that Slack counted. */
  let sockets: { least: number; most: number };

  beforeEach(async () => {
    postgres = await startPostgres();
    peers = await openPeers({
      slack: {
        publicUrl: `http://${SLACK_NAME}`,
        retries: { ...SLACK_RETRIES, delays: [200, 500, 1_000, 2_000, 4_000, 8_000] },
      },
      server: (slack) => startStandInUnderTest({ slackApiUrl: `${slack.url}/api/` }),
    });
    programs = [];
    sockets = { least: Infinity, most: 0 };
  });

  afterEach(async () => {
    for (const program of programs) {
      await program.stop();
      expect(program.logged.filter((line) => /xox[a-z]-|xapp-|eyJ[\w-]+\./.test(line))).toEqual([]);
    }
    await peers.stop();
    await postgres.dispose();
  });

  async function replica(name: string): Promise<ReplicaProgram> {
    const { slack, server } = peers;
    const program = await startReplica(name, { postgres, slack, server });
    programs.push(program);
    return program;
  }

  /** An app with a connection, saved through the first program; from then on its sockets are counted. */
  async function connected(): Promise<{
    world: World;
    installation: SlackInstallation;
    connection: TestConnection;
  }> {
    const { slack, server } = peers;
    const [program] = programs;
    const owner = await server.createUser();
    const world = { slack, server, standIn: server.standIn, owner, program } as unknown as World;
    const { app, installation, appToken } = addInstallation(world);
    const connection = await connect(world, installation, appToken);
    slack.onSocketChange(() => {
      sockets.least = Math.min(sockets.least, slack.sockets(app).length);
      sockets.most = Math.max(sockets.most, slack.connections(app));
    });
    return { world, installation, connection };
  }

  const texts = (world: World, connection: TestConnection): (string | undefined)[] =>
    eventsOf(world, connection.id).map(({ data }) => data['text']?.string?.v);

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
    await replica('one');
    await replica('two');
    const { world, installation, connection } = await connected();
    await untilStatus(world, connection.id, 'ok', /2 sockets live on 2 replicas/);
    const statuses = recordStatuses(world, connection.id);
    const sent = await send(world, installation, 'event', 40);
    await eventually(() => texts(world, connection).length === sent.length, 'all events');
    expect(texts(world, connection)).toEqual(sent);
    for (const { dispatched } of programs) expect(dispatched).toBeGreaterThan(0);
    expect(statuses).toEqual([]);
    expect(sockets.least).toBe(Infinity);
  });

  it('A program that vanishes loses nothing: another one opens its sockets, and dispatches what it had', async () => {
    for (const name of ['one', 'two', 'three']) await replica(name);
    const { world, installation, connection } = await connected();
    await untilStatus(world, connection.id, 'ok', /2 sockets live on 2 replicas/);
    const before = await send(world, installation, 'before', 10);
    await eventually(() => texts(world, connection).length === before.length, 'the first events');
    const gone = programs.find(({ dispatched }) => dispatched > 0);
    // Its dispatches are under way when it vanishes.
    peers.server.standIn.faults.delayMs = 500;
    const during = send(world, installation, 'during', 10);
    await eventually(() => world.slack.ledger.acknowledged().length > 12, 'events are under way');
    await gone?.vanish();
    peers.server.standIn.faults.clear();
    await during;
    await untilStatus(world, connection.id, 'ok', /2 sockets live on 2 replicas/);
    const after = await send(world, installation, 'after', 10);
    await eventually(() => texts(world, connection).includes('after 9'), 'all events');
    expect(new Set(texts(world, connection))).toEqual(new Set([...before, ...(await during), ...after]));
    expect(world.slack.ledger.lost()).toEqual([]);
    expect(texts(world, connection).length).toBeLessThanOrEqual(before.length + 10 + after.length + 1);
  });

  it('A program that stops hands over first: the app always has a live socket, and the status never says that nothing runs', async () => {
    for (const name of ['one', 'two', 'three']) await replica(name);
    const { world, installation, connection } = await connected();
    await untilStatus(world, connection.id, 'ok', /2 sockets live on 2 replicas/);
    const statuses = recordStatuses(world, connection.id);
    const sending = send(world, installation, 'event', 60);
    const [first, second, third] = programs;
    await first?.stop();
    await untilStatus(world, connection.id, 'ok', /2 sockets live on 2 replicas/);
    await second?.stop();
    const sent = await sending;
    await eventually(() => texts(world, connection).length === sent.length, 'all events');
    expect(texts(world, connection)).toEqual(sent);
    expect(world.slack.ledger.lost()).toEqual([]);
    expect(world.slack.ledger.unrouted()).toEqual([]);
    expect(sockets.least).toBeGreaterThan(0);
    expect(sockets.most).toBeLessThanOrEqual(10);
    expect(statuses.filter(({ message: text }) => /not running/.test(text))).toEqual([]);
    await untilStatus(world, connection.id, 'ok', /: 2 sockets live$/);
    await third?.stop();
    expect(statusOf(world, connection.id).message).toMatch(/not running/);
  });

  it('A program that is cut off from PostgreSQL leaves the status to the others, which go on', async () => {
    await replica('one');
    await replica('two');
    const { world, installation, connection } = await connected();
    await untilStatus(world, connection.id, 'ok', /2 sockets live on 2 replicas/);
    const [cut] = programs;
    await cut?.cutOffFromPostgres();
    const sent = await send(world, installation, 'event', 10);
    await eventually(() => texts(world, connection).length === sent.length, 'all events');
    await untilStatus(world, connection.id, 'ok', /sockets live/);
    expect(world.slack.ledger.lost()).toEqual([]);
  });
});
