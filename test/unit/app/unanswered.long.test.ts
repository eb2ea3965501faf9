import { describe, expect, it } from 'vitest';
import type { DeliveryLimits } from '../../../src/delivery/limits.js';
import type { Faults } from '../../../src/sim/autokitteh/faults.js';
import { homeOf } from '../../../src/sim/slack/directory/entities.js';
import { message } from '../../../src/sim/slack/frames/messages.js';
import { eventually } from '../../helpers/eventually.js';
import { addInstallation, createConnection, save } from '../../world/connections.js';
import { eventsOf, overview, untilStatus } from '../../world/observations.js';
import { QUICK_DELIVERY } from '../../world/policies.js';
import { startWorld, type World } from '../../world/world.js';

interface Plan {
  readonly limits?: Partial<DeliveryLimits>;
  readonly ofOrg?: boolean;
}

/** A connection whose next event meets the fault; then nine others come, each in a channel of its own. */
async function lose(fault: (faults: Faults) => void, { limits, ofOrg = false }: Plan = {}) {
  const world = await startWorld({ other: { delivery: { ...QUICK_DELIVERY, ...limits } } });
  const { slack, standIn } = world;
  const { installation, appToken } = addInstallation(world);
  const connection = await createConnection(world, { ofOrg });
  await save(world, connection, { botToken: installation.botToken, appToken });
  await untilStatus(world, connection.id, 'ok', /2 sockets live/);
  const workspace = homeOf(installation);
  for (let n = 0; n < 9; n++) workspace.addChannel(`channel-${n}`);
  const [first, ...others] = workspace.channels;
  fault(standIn.faults);
  slack.send(installation, message({ channel: first! }));
  await slack.ledger.allSettled();
  for (const channel of others) slack.send(installation, message({ channel }));
  slack.send(installation, message({ channel: first!, text: 'behind' }));
  await slack.ledger.allSettled();
  expect(slack.ledger.lost()).toEqual([]);
  return { world, connection, sent: others.length + 2 };
}

async function untilDelivered(world: World, dead = 0): Promise<void> {
  await eventually(
    async () => (await overview(world)).delivery.waiting === 0,
    'everything delivered',
    30_000,
  );
  expect((await overview(world)).delivery.dead).toBe(dead);
}

/** How many sessions there are for each key that Slack knows an event by, and how many events were stored for all. */
function outcome({ standIn }: World, connectionId: string) {
  const sessions = new Map<string, number>();
  const events = [...standIn.store.events].filter((event) => event.connectionId === connectionId);
  for (const { eventId, memo } of events) {
    const key = memo['slack_event_key'] ?? '';
    const started = [...standIn.store.sessions.values()].filter((each) => each.eventId === eventId).length;
    sessions.set(key, (sessions.get(key) ?? 0) + started);
  }
  return { stored: events.length, sessions: [...sessions.values()] };
}

const once = (count: number): number[] => Array.from({ length: count }, () => 1);

describe('An event whose dispatch had no answer', () => {
  it('An event that the server took before the connection broke is started once', async () => {
    const { world, connection, sent } = await lose((faults) => faults.loseAnswers('/Dispatch', 1));
    await untilDelivered(world);
    expect(outcome(world, connection.id)).toEqual({ stored: sent, sessions: once(sent) });
  });

  it('An event that the server stored before it died, and did not start, is sent again and started once', async () => {
    const { world, connection, sent } = await lose((faults) => faults.dieAfterStoring());
    await untilDelivered(world);
    expect(outcome(world, connection.id)).toEqual({ stored: sent + 1, sessions: once(sent) });
  });

  it('An event whose workflow runs late is started once', async () => {
    const { world, connection, sent } = await lose(
      (faults) => {
        faults.loseAnswers('/Dispatch', 1);
        faults.workflowDelayMs = 1_000;
      },
      { limits: { lookUpUntilMs: 60_000 } },
    );
    await untilDelivered(world);
    const result = () => outcome(world, connection.id);
    await eventually(() => !result().sessions.includes(0), 'all started');
    expect(result()).toEqual({ stored: sent, sessions: once(sent) });
  });

  it('An event that the server took too long to answer is started once', async () => {
    const { world, connection, sent } = await lose(
      (faults) => {
        faults.delayMs = 1_500;
      },
      { limits: { dispatchMs: 400 } },
    );
    world.standIn.faults.clear();
    await untilDelivered(world);
    expect(outcome(world, connection.id)).toEqual({ stored: sent, sessions: once(sent) });
  });

  it('An event that the server refused to start is sent again and started once', async () => {
    const { world, connection, sent } = await lose((faults) => {
      faults.temporalDown = true;
    });
    await eventually(() => outcome(world, connection.id).stored > 1, 'refused more than once');
    world.standIn.faults.clear();
    await untilDelivered(world);
    const { stored, sessions } = outcome(world, connection.id);
    expect(sessions).toEqual(once(sent));
    expect(stored).toBeGreaterThan(sent);
  });

  it('An event of an organisation that the server took before the connection broke is started once', async () => {
    const { world, connection, sent } = await lose((faults) => faults.loseAnswers('/Dispatch', 1), {
      ofOrg: true,
    });
    await untilDelivered(world);
    expect(outcome(world, connection.id)).toEqual({ stored: sent, sessions: once(sent) });
  });

  it('An event in flight when the program stops is started once, after its restart', async () => {
    const { world, connection, sent } = await lose(
      (faults) => {
        faults.delayMs = 3_000;
      },
      { limits: { dispatchMs: 60_000, drainMs: 10 } },
    );
    await eventually(() => eventsOf(world, connection.id).length > 0, 'stored');
    await world.restart();
    world.standIn.faults.clear();
    await untilDelivered(world);
    expect(outcome(world, connection.id).sessions).toEqual(once(sent));
  });
});
