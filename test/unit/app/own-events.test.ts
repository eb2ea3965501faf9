import { expect, it } from 'vitest';
import { innerEvent } from '../../../src/sim/slack/frames/event-callback.js';
import { message, ownEcho } from '../../../src/sim/slack/frames/messages.js';
import { eventually } from '../../helpers/eventually.js';
import { addInstallation, connect, setVariables } from '../../world/connections.js';
import { eventsOf, metric } from '../../world/observations.js';
import { startWorld } from '../../world/world.js';

it('A project gets its bot’s own events only where its own connection asks for them', async () => {
  const world = await startWorld();
  const { slack } = world;
  const { installation, appToken } = addInstallation(world);
  const curious = await connect(world, installation, appToken);
  const usual = await connect(world, installation, appToken);
  await setVariables(curious, { socket_mode_own_events: 'on' });
  // Until the program has read the variable, an own event is for nobody.
  await eventually(async () => {
    slack.send(installation, ownEcho());
    await slack.ledger.allSettled();
    return eventsOf(world, curious.id).length > 0;
  }, 'an own event for the connection that asked for it');
  slack.send(installation, message());
  await slack.ledger.allSettled();
  await eventually(() => eventsOf(world, usual.id).length > 0, 'a person’s event for the other connection');
  expect(eventsOf(world, usual.id)).toHaveLength(1);
  expect(slack.ledger.lost()).toEqual([]);
});

it('A project gets a person’s message under an authorization of that person, and not its bot’s', async () => {
  const world = await startWorld();
  const { slack } = world;
  const { installation, appToken } = addInstallation(world);
  const { id } = await connect(world, installation, appToken);
  const user = installation.workspace?.users[0];
  const authorizations = [
    {
      enterprise_id: null,
      team_id: installation.workspace?.id ?? '',
      user_id: user?.id ?? '',
      is_bot: false,
      is_enterprise_install: false,
    },
  ];
  const outer = { outer: { authorizations } };
  const event = { type: 'message', channel: 'C1', text: 'please deploy' };
  slack.send(installation, innerEvent({ ...event, user: user?.id ?? '' }, outer));
  slack.send(installation, innerEvent({ ...event, user: installation.botUser.id }, outer));
  await slack.ledger.allSettled();
  await eventually(() => eventsOf(world, id).length > 0, 'the person’s message');
  await eventually(
    async () => (await metric(world, 'ak_slack_received_total', 'decision="dropped_self"')) === 1,
    'the bot’s message to be dropped',
  );
  expect(eventsOf(world, id)).toHaveLength(1);
});
