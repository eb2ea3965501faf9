import { expect } from 'vitest';
import { message } from '../../../src/sim/slack/frames/messages.js';
import { eventually } from '../../helpers/eventually.js';
import { addInstallation, connect } from '../../world/connections.js';
import { eventsOf } from '../../world/observations.js';
import type { World } from '../../world/world.js';

/** A connection that works, and a way to see that it does. */
export async function working(world: World) {
  const { app, installation, appToken } = addInstallation(world);
  const connection = await connect(world, installation, appToken);
  return {
    ...{ app, installation, connection },
    worksStill: async (): Promise<void> => {
      const entry = world.slack.send(installation, message({ text: 'still here' }));
      await world.slack.ledger.settled(entry);
      expect(entry.attempts).toHaveLength(1);
      const arrived = () =>
        eventsOf(world, connection.id).some(({ memo }) => memo['slack_event_id'] === entry.key);
      await eventually(arrived, 'a good event after bad ones');
    },
  };
}
