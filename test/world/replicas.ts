import { afterEach, beforeEach, expect } from 'vitest';
import { systemClock } from '../../src/core/clock.js';
import { openPostgresJournal } from '../../src/storage/postgres/postgres-journal.js';
import { startConnectProxy } from '../helpers/connect-proxy.js';
import { startCuttingProxy } from '../helpers/cutting-proxy.js';
import { addInstallation, connect } from './connections.js';
import { openPeers, type Peers } from './open-world.js';
import { QUICK_DELIVERY, QUICK_LIVE, QUICK_SOCKETS } from './policies.js';
import { startPostgres, type PostgresServer } from '../../src/sim/postgres/postgres-server.js';
import { startProgram, type Program } from './program.js';
import { startStandInUnderTest, type StandInUnderTest } from './server.js';
import type { World } from './world.js';
import type { ScriptedSlackOptions } from '../../src/sim/slack/options.js';
import type { ScriptedSlack } from '../../src/sim/slack/scripted-slack.js';

/** By this name Slack is known to programs, whose only way to it is a proxy. */
export const SLACK_NAME = 'slack.test';

/** A program of those that share a journal, which can be cut off from all others at once. */
export interface ReplicaProgram extends Program {
  readonly name: string;
  /** How many events it has dispatched. */
  readonly dispatched: number;
  /** Cuts it off from PostgreSQL, for good. */
  cutOffFromPostgres(): Promise<void>;
  /** Cuts it off from Slack; answers the way to join them again. */
  cutOffFromSlack(): Promise<() => Promise<void>>;
  /** Cuts it off from everything, as the end of its machine would. What it does afterwards reaches nobody. */
  vanish(): Promise<void>;
}

/** Starts a program of this name beside the others, on the same PostgreSQL. Slack has to be known as `SLACK_NAME`. */
export async function startReplica(
  name: string,
  peers: {
    readonly postgres: PostgresServer;
    readonly slack: ScriptedSlack;
    readonly server: StandInUnderTest;
  },
): Promise<ReplicaProgram> {
  const { postgres, slack, server } = peers;
  const toPostgres = await startCuttingProxy(postgres.port);
  const toServer = await startCuttingProxy(Number(new URL(server.url).port));
  const toSlack = await startConnectProxy({ hosts: { [SLACK_NAME]: Number(new URL(slack.url).port) } });
  const url = `postgres://postgres@127.0.0.1:${toPostgres.port}/postgres`;
  const program = await startProgram(
    {
      autokittehUrl: `http://127.0.0.1:${toServer.port}`,
      signKey: server.signKey ?? '',
      slackApiUrl: slack.apiUrl,
      environment: { HTTP_PROXY: toSlack.url },
    },
    { JOURNAL_URL: url, GATEWAY_PUBLIC_URL: 'http://gateway.test' },
    {
      live: QUICK_LIVE,
      sockets: QUICK_SOCKETS,
      delivery: QUICK_DELIVERY,
      openJournal: () =>
        openPostgresJournal({
          url,
          password: undefined,
          maxBytes: 1024 ** 3,
          clock: systemClock,
          ...{ name, version: 'test' },
        }),
    },
  );
  let dispatched = 0;
  program.app.events.delivery.subscribe(({ t }) => {
    if (t === 'dispatched') dispatched += 1;
  });
  let isGone = false;
  return {
    name,
    get dispatched() {
      return dispatched;
    },
    app: program.app,
    gatewayUrl: program.gatewayUrl,
    pluginUrl: program.pluginUrl,
    logged: program.logged,
    restart: (changed) => program.restart(changed),
    cutOffFromPostgres: () => toPostgres.stop(),
    async cutOffFromSlack() {
      await toSlack.vanish();
      return () => toSlack.comeBack();
    },
    async vanish() {
      isGone = true;
      await Promise.all([toSlack.vanish(), toServer.stop(), toPostgres.stop()]);
    },
    async stop() {
      await program.stop();
      if (!isGone) await Promise.all([toSlack.vanish(), toServer.stop(), toPostgres.stop()]);
    },
  };
}

/**
 * For each test of a group or file a PostgreSQL, a scripted Slack and a stand-in, on which the test starts replicas. None of
 * these may have logged a secret when it ends, which it does with the test.
 */
export function useReplicas(slack: ScriptedSlackOptions = {}) {
  let postgres: PostgresServer;
  let peers: Peers<StandInUnderTest>;
  let programs: ReplicaProgram[] = [];

  beforeEach(async () => {
    programs = [];
    postgres = await startPostgres();
    peers = await openPeers({
      slack: { publicUrl: `http://${SLACK_NAME}`, ...slack },
      server: (opened) => startStandInUnderTest({ slackApiUrl: `${opened.url}/api/` }),
    });
  });

  afterEach(async () => {
    for (const program of programs) {
      await program.stop();
      expect(program.logged.filter((line) => /xox[a-z]-|xapp-|eyJ[\w-]+\./.test(line))).toEqual([]);
    }
    await peers.stop();
    await postgres.dispose();
  });

  return {
    get peers(): Peers<StandInUnderTest> {
      return peers;
    },
    /** Those that were started, in this order. */
    get programs(): readonly ReplicaProgram[] {
      return programs;
    },
    async start(name: string): Promise<ReplicaProgram> {
      const program = await startReplica(name, { postgres, slack: peers.slack, server: peers.server });
      programs.push(program);
      return program;
    },
    /** An app with a connection, saved through the first program, and the world as that one sees it. */
    async connected() {
      const [program] = programs;
      const { slack, server } = peers;
      const owner = await server.createUser();
      const world = { slack, server, standIn: server.standIn, owner, program } as unknown as World;
      const { app, installation, appToken } = addInstallation(world);
      const connection = await connect(world, installation, appToken);
      return { world, app, installation, connection };
    },
  };
}
