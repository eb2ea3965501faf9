import { beforeEach, describe, expect, it } from 'vitest';
import { settle } from '../../helpers/hand-clock.js';
import { CONNECTION, post } from './fakes.js';
import { EventsRig } from './events-rig.js';

let rig: EventsRig;

beforeEach(() => {
  rig = new EventsRig();
});

describe('the hints about what is missing', () => {
  const asked = (): string[] => rig.setup.slack.calls.map(({ method }) => method);

  it('What is missing is asked of Slack once a minute for a connection, whoever looks', async () => {
    await Promise.all([rig.answer(), rig.answer(), rig.page()]);
    await rig.setup.clock.advance(59_000);
    await rig.answer();
    expect(asked()).toEqual(['auth.test', 'users.conversations']);
    await rig.setup.clock.advance(2_000);
    await rig.answer();
    expect(asked()).toHaveLength(4);
  });

  it('What is missing is asked anew after a person stored other tokens', async () => {
    await rig.answer();
    rig.setup.slack.calls.length = 0;
    await post(rig.setup, { cid: CONNECTION, origin: 'cli', auth_type: 'socketMode', action: 'save' });
    rig.setup.slack.calls.length = 0;
    await rig.answer();
    expect(asked()).toEqual(['auth.test', 'users.conversations']);
  });

  it('What is missing is not asked of Slack with a token that is none', async () => {
    rig.setup.autokitteh.store({ private_bot_token: `xoxb-${'1'.repeat(600)}` });
    await rig.answer();
    await rig.page();
    expect(asked()).toEqual([]);
  });

  it('What is missing does not wait for a slow Slack', async () => {
    rig.arrived('message');
    rig.setup.slack.silent = true;
    const shown = rig.answer();
    await settle();
    await rig.setup.clock.advance(1_500);
    expect((await shown).events).toHaveLength(1);
  });

  it('What is missing names a bot that is in no channel, if a trigger waits for what happens there', async () => {
    const IN_NONE = expect.stringContaining('The bot is in no channel') as string;
    rig.setup.slack.channels = [];
    rig.trigger('on_command', 'slash_command');
    expect((await rig.answer()).missing).toEqual([]);
    rig.trigger('on_message', 'message');
    expect((await rig.answer()).missing).toEqual([IN_NONE]);
  });
});
