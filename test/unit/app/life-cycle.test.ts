import { describe, expect, it } from 'vitest';
import { message } from '../../../src/sim/slack/frames/messages.js';
import { eventually } from '../../helpers/eventually.js';
import { addInstallation, connect, eventsOf, startWorld } from './world.js';

describe('the life of a connection', () => {
  it('brings an event to the workflow', async () => {
    const world = await startWorld();
    const { installation, appToken } = addInstallation(world);
    const connection = await connect(world, installation, appToken);
    const entry = world.slack.send(installation, message());
    await world.slack.ledger.settled(entry);
    await eventually(() => eventsOf(world, connection.id).length === 1, 'the event');
    expect(eventsOf(world, connection.id)[0]?.eventType).toBe('message');
  });
});
