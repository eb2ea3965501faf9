import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../helpers/eventually.js';
import { startStandInWorld, type PathWorld } from '../world/people.js';
import type { Meeting } from '../world/open-world.js';
import type { TestUser } from '../world/server.js';
import { homeOf, type SlackInstallation } from '../../src/sim/slack/directory/entities.js';
import { blockAction } from '../../src/sim/slack/frames/interactions.js';
import { message } from '../../src/sim/slack/frames/messages.js';
import { slashCommand } from '../../src/sim/slack/frames/slash-command.js';
import type { LedgerEntry } from '../../src/sim/slack/sending/ledger-entry.js';
import type { StandIn } from '../../src/sim/autokitteh/stand-in.js';

const MEETINGS: readonly Meeting[] = ['gateway', 'attached'];
const MESSAGES = 60;

// A real server is not this suite's to take down.
describe.each(MEETINGS)('the server goes away and comes back, server: %s', (meeting) => {
  let world: PathWorld & { readonly standIn: StandIn };
  let user: TestUser;
  let installation: SlackInstallation;
  let cid: string;
  let sent: LedgerEntry[];

  beforeAll(async () => {
    world = await startStandInWorld(meeting);
    user = await world.server.createUser();
    installation = world.slack.install(world.slack.addApp(), world.slack.addWorkspace('Acme'));
    homeOf(installation).addChannel('other');
    const project = await world.server.createProject(user, {
      connections: { sl: {} },
      triggers: [{ connection: 'sl', call: 'on_event' }],
    });
    cid = project.connections['sl'] ?? '';
    await world.server.deploy(project);
    await world.connect(user, cid, installation);
  });
  afterAll(() => world.stop());
  beforeEach(() => {
    sent = [];
  });

  /** Sends some of everything, messages in two channels. */
  const sendSome = (): void => {
    const { channels } = homeOf(installation);
    for (let number = 0; number < MESSAGES; number++) {
      const channel = channels[number % 2];
      const place = channel === undefined ? {} : { channel };
      sent.push(world.slack.send(installation, message({ text: String(number), ...place })));
    }
    sent.push(world.slack.send(installation, slashCommand({ text: 'meanwhile' })));
    sent.push(world.slack.send(installation, blockAction()));
  };
  const arrived = (): { entry: LedgerEntry; at: number[] }[] => {
    const { events } = world.standIn.store;
    return sent.map((entry) => {
      const envelopes = entry.attempts.map(({ envelopeId }) => envelopeId);
      const at = events.flatMap(({ memo }, index) =>
        envelopes.includes(memo['slack_envelope_id'] ?? '') ? [index] : [],
      );
      return { entry, at };
    });
  };
  const allArriveOnce = async (): Promise<void> => {
    await eventually(() => arrived().every(({ at }) => at.length > 0), 'every event', 60_000);
    // What comes now has to pass all that may still be sent again.
    const last = world.slack.send(installation, message({ text: 'last' }));
    await world.eventOf(last, cid);
    expect(arrived().map(({ at }) => at.length)).toEqual(sent.map(() => 1));
    // Of what comes over two sockets at once nobody knows an order.
    const lane = ({ payload, attempts }: LedgerEntry): string => {
      const { channel } = payload['event'] as { channel: string };
      return `${channel} ${attempts[0]?.socketId ?? ''}`;
    };
    const messages = arrived().filter(({ entry }) => entry.kind === 'events_api');
    for (const name of new Set(messages.map(({ entry }) => lane(entry)))) {
      const order = messages.filter(({ entry }) => lane(entry) === name).map(({ at }) => at[0] ?? -1);
      expect(order).toEqual(order.toSorted((before, after) => before - after));
    }
  };

  it('Everything is acknowledged while the server is away, and arrives once and in order', async () => {
    await world.standIn.goDown();
    sendSome();
    await world.slack.ledger.allSettled();
    expect(sent.map(({ state, attempts }) => [state, attempts.length])).toEqual(
      sent.map(() => ['acknowledged', 1]),
    );
    expect((await world.ask('/readyz')).status).toBe(502);
    await world.standIn.comeUp();
    await allArriveOnce();
    expect((await world.ask('/readyz')).status).toBe(200);
    await world.waitForStatus(user, cid, /: 2 sockets live/);
  });

  it('Nothing is lost when the server goes away in the middle', async () => {
    sendSome();
    await eventually(() => arrived().some(({ at }) => at.length > 0), 'the first events');
    await world.standIn.goDown();
    await world.slack.ledger.allSettled();
    await world.standIn.comeUp();
    await eventually(() => arrived().every(({ at }) => at.length > 0), 'every event', 60_000);
    // A dispatch that was cut off may have been taken: it is sent again, because nobody can tell.
    expect(Math.max(...arrived().map(({ at }) => at.length))).toBeLessThanOrEqual(2);
  });

  it('Nothing is lost when this program is started again while the server is away', async () => {
    await world.standIn.goDown();
    sendSome();
    await world.slack.ledger.allSettled();
    await world.restart();
    await world.standIn.comeUp();
    await world.slack.waitForSockets(installation.app, 2, 60_000);
    await eventually(() => arrived().every(({ at }) => at.length > 0), 'every event', 60_000);
    expect(arrived().map(({ at }) => at.length)).toEqual(sent.map(() => 1));
  });
});
