import { describe, expect, it } from 'vitest';
import { scaledClock, sleep } from '../../src/core/clock.js';
import { seededRandom, type Random } from '../../src/core/random.js';
import type { Accepted } from '../../src/events/classify.js';
import type { StandIn } from '../../src/sim/autokitteh/stand-in.js';
import { homeOf } from '../../src/sim/slack/directory/entities.js';
import { blockAction } from '../../src/sim/slack/frames/interactions.js';
import { message } from '../../src/sim/slack/frames/messages.js';
import { slashCommand } from '../../src/sim/slack/frames/slash-command.js';
import type { LedgerEntry } from '../../src/sim/slack/sending/ledger-entry.js';
import { eventually } from '../helpers/eventually.js';
import { addInstallation, connect } from '../world/connections.js';
import { eventsOf, overview, troubles, untilStatus } from '../world/observations.js';
import { scaledDelivery } from '../world/policies.js';
import { startWorld, type World } from '../world/world.js';
import { acceptedOf } from './sent-event.js';

// Ten minutes pass in three seconds, for the server's outage and for all that delivery waits for.
const SCALE = 200;
const OUTAGE_MS = 10 * 60_000;
const CHANNELS = 8;
// Events of each app in the outage: one in four seconds of it.
const EVENTS = OUTAGE_MS / 4_000;

type Tenant = ReturnType<typeof addInstallation>;

interface Outage {
  readonly what: string;
  begin(standIn: StandIn): Promise<void>;
  end(standIn: StandIn): Promise<void>;
  /** Whether the server stores events that it then refuses, so that they are there more than once in the end. */
  readonly repeats: boolean;
}

const OUTAGES: readonly Outage[] = [
  {
    what: 'is down',
    begin: (standIn) => standIn.goDown(),
    end: (standIn) => standIn.comeUp(),
    repeats: false,
  },
  {
    what: 'cannot start workflows',
    begin({ faults }) {
      faults.temporalDown = true;
      return Promise.resolve();
    },
    end({ faults }) {
      faults.clear();
      return Promise.resolve();
    },
    repeats: true,
  },
];

describe('A server that, for ten minutes under load,', () => {
  it.each(OUTAGES)(
    'A server that for ten minutes under load $what costs no event: conversations keep their order and the backlog drains',
    async (outage) => {
      const world = await startWorld({ other: { delivery: scaledDelivery(SCALE) } });
      const { slack, standIn } = world;
      const tenants = [addTenant(world), addTenant(world)];
      const connections = [];
      for (const { installation, appToken } of tenants)
        connections.push(await connect(world, installation, appToken));

      const seed = 1;
      const random = seededRandom(seed);
      const clock = scaledClock(SCALE);
      await outage.begin(standIn);
      const sent: LedgerEntry[][] = tenants.map(() => []);
      const started = clock.monotonic();
      for (let number = 0; number < EVENTS; number++) {
        for (const [index, tenant] of tenants.entries()) sent[index]?.push(send(world, tenant, random));
        await sleep(clock, started + (number * OUTAGE_MS) / EVENTS - clock.monotonic());
      }
      expect(await troubles(world)).toContainEqual(expect.stringContaining('in the journal'));
      await slack.ledger.allSettled();
      expect(slack.ledger.lost(), `seed ${seed}`).toEqual([]);
      await outage.end(standIn);

      for (const [index, { id }] of connections.entries()) {
        const events = sent[index]!.map((entry) => acceptedOf(entry)!);
        await eventually(
          () => new Set(keysAt(world, id)).size === events.length,
          `all ${events.length} events, seed ${seed}`,
          30_000,
        );
        await untilStatus(world, id, 'ok', /2 sockets live/);
        const keys = keysAt(world, id);
        if (!outage.repeats) expect(keys, `seed ${seed}`).toHaveLength(events.length);
        const order = [...new Set(keys)];
        for (const lane of new Set(events.map(laneOf))) {
          const inLane = events.filter((event) => laneOf(event) === lane).map(({ key }) => key);
          expect(
            order.filter((key) => inLane.includes(key)),
            `seed ${seed}, ${lane}`,
          ).toEqual(inLane);
        }
      }
      await eventually(async () => (await overview(world)).delivery.waiting === 0, 'an empty backlog');
      expect((await overview(world)).delivery.dead).toBe(0);
    },
    60_000,
  );
});

/** To one socket, because two of them have no order between them; a third of what people wait for. */
function send({ slack }: World, { app, installation }: Tenant, random: Random): LedgerEntry {
  const channels = homeOf(installation).channels;
  const channel = channels[Math.floor(random() * channels.length)]!;
  const frame = [message, message, random() < 0.5 ? slashCommand : blockAction][Math.floor(random() * 3)]!;
  const [to] = slack.sockets(app);
  return slack.send(installation, frame({ channel }), to === undefined ? {} : { to });
}

function addTenant(world: World): Tenant {
  const tenant = addInstallation(world);
  const workspace = homeOf(tenant.installation);
  for (let number = 1; number < CHANNELS; number++) workspace.addChannel(`channel-${number}`);
  return tenant;
}

function laneOf({ urgent, conversation }: Accepted): string {
  return `${urgent ? 'interactions' : 'events'} of ${conversation}`;
}

function keysAt(world: World, connectionId: string): string[] {
  return eventsOf(world, connectionId).map(({ memo }) => memo['slack_event_key'] ?? '');
}
