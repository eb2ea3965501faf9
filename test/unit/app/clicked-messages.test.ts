import { expect, it } from 'vitest';
import { blockAction } from '../../../src/sim/slack/frames/interactions.js';
import type { Frame } from '../../../src/sim/slack/frames/draft.js';
import { eventually } from '../../helpers/eventually.js';
import { addInstallation, connect } from '../../world/connections.js';
import { startWorld } from '../../world/world.js';

const BLOCKS = [
  { type: 'section', block_id: 's', text: { type: 'mrkdwn', text: 'Deploy?' } },
  {
    type: 'actions',
    block_id: 'a',
    elements: [
      { type: 'button', action_id: 'approve', text: { type: 'plain_text', text: 'Approve' } },
      { type: 'button', action_id: 'deny', text: { type: 'plain_text', text: 'Deny' } },
    ],
  },
];

function click(label: string, person: string): Frame {
  return blockAction({
    payload: {
      user: { id: person },
      container: { type: 'message', message_ts: '1700000000.000100', channel_id: 'C1', is_ephemeral: false },
      message: { type: 'message', text: 'Deploy?', ts: '1700000000.000100', blocks: BLOCKS },
      actions: [{ type: 'button', block_id: 'a', text: { type: 'plain_text', text: label } }],
    },
  });
}

it('Two clicks on one message are both shown at once while AutoKitteh is away, and nothing is posted when it is back', async () => {
  const world = await startWorld();
  const { slack, standIn } = world;
  const { installation, appToken } = addInstallation(world);
  const { id } = await connect(world, installation, appToken);
  standIn.faults.badGateway = true;
  slack.send(installation, click('Approve', 'U0CLICKER01'));
  await eventually(() => slack.responses.length === 1, 'the first update');
  slack.send(installation, click('Deny', 'U0CLICKER02'));
  await eventually(() => slack.responses.length === 2, 'the second update');
  expect(JSON.stringify(slack.responses[1]?.body)).toMatch(
    /Deploy\?.*U0CLICKER01.*Approve.*U0CLICKER02.*Deny/,
  );
  expect(JSON.stringify(slack.responses[1]?.body)).not.toContain('"actions"');
  standIn.faults.badGateway = false;
  await eventually(
    () => standIn.store.events.filter(({ connectionId }) => connectionId === id).length === 2,
    'both clicks at the server',
  );
  await world.program.stop();
  expect(slack.responses).toHaveLength(2);
});
