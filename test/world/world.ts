import { afterEach, expect } from 'vitest';
import type { StandIn, StandInOptions } from '../../src/sim/autokitteh/stand-in.js';
import { SLACK_RETRIES } from '../../src/sim/slack/sending/retry-ladder.js';
import { openWorld, type OpenWorld, type OpenWorldOptions } from './open-world.js';
import { QUICK_DELIVERY, QUICK_LIVE, QUICK_SOCKETS } from './policies.js';
import { startStandInUnderTest, type StandInUnderTest, type TestUser } from './server.js';

/** A world on a stand-in, in which everything that a test would only wait for is quick. */
export interface World extends OpenWorld<StandInUnderTest> {
  readonly standIn: StandIn;
  readonly owner: TestUser;
}

export interface WorldOptions extends Omit<OpenWorldOptions<StandInUnderTest>, 'server' | 'before'> {
  readonly standIn?: StandInOptions;
  readonly before?: (peers: Pick<World, 'slack' | 'server' | 'standIn' | 'owner'>) => Promise<void>;
}

/** How often a fault happens that lasts until it is lifted. */
export const ALWAYS = { times: Infinity };

let started: World[] = [];

// What no test of the whole program may leave behind or do.
afterEach(async () => {
  const ended = started;
  started = [];
  for (const world of ended) {
    await world.stop();
    const secrets = world.program.logged.filter((line) =>
      /xox[a-z]-|xapp-|eyJ[\w-]+\.|ticket=[\w]/.test(line),
    );
    expect(secrets, 'tokens in the log').toEqual([]);
  }
});

/** Starts a world on a stand-in; it ends after the test. */
export async function startWorld({
  standIn: standInOptions,
  before,
  ...options
}: WorldOptions = {}): Promise<World> {
  let owner: TestUser | undefined;
  const opened = await openWorld({
    ...options,
    slack: { retries: { ...SLACK_RETRIES, delays: [200, 500, 1_000, 2_000] }, ...options.slack },
    server: (slack) => startStandInUnderTest({ slackApiUrl: `${slack.url}/api/`, ...standInOptions }),
    async before({ slack, server }) {
      owner = await server.createUser();
      await before?.({ slack, server, standIn: server.standIn, owner });
    },
    other: { live: QUICK_LIVE, sockets: QUICK_SOCKETS, delivery: QUICK_DELIVERY, ...options.other },
  });
  if (owner === undefined) throw new Error('the owner was not created');
  const world = { ...opened, standIn: opened.server.standIn, owner };
  started.push(world);
  return world;
}
