import { expect, it } from 'vitest';
import { message } from '../../../src/sim/slack/frames/messages.js';
import { eventually } from '../../helpers/eventually.js';
import { addInstallation, connect, createConnection, save, setVariables } from '../../world/connections.js';
import { metric, untilStatus } from '../../world/observations.js';
import { startWorld } from '../../world/world.js';

it('Events of one channel go one at a time, and all at once to a connection that gives up their order', async () => {
  const world = await startWorld();
  const { slack, standIn } = world;
  const { installation, appToken } = addInstallation(world);
  await connect(world, installation, appToken);
  const free = await createConnection(world);
  await setVariables(free, { socket_mode_order: 'off' });
  await save(world, free, { botToken: installation.botToken, appToken });
  await untilStatus(world, free.id, 'ok', /2 sockets live/);
  standIn.faults.temporalDown = true;
  standIn.faults.temporalWaitMs = 600_000;
  for (let n = 0; n < 3; n++) slack.send(installation, message());
  await slack.ledger.allSettled();
  await eventually(
    async () => (await metric(world, 'ak_slack_journal_rows', 'state="in_flight"')) === 4,
    'one dispatch for the connection with order, and three for the one without',
  );
  standIn.faults.clear();
  expect(slack.ledger.lost()).toEqual([]);
});
