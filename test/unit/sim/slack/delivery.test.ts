import { describe, expect, it } from 'vitest';
import { objectAt } from '../../../../src/core/json.js';
import { message } from '../../../../src/sim/slack/frames/messages.js';
import { slashCommand } from '../../../../src/sim/slack/frames/slash-command.js';
import { Client } from './client.js';
import { stage } from './setup.js';

describe('Delivery by the scripted Slack', () => {
  it('Slack sends an event to a socket that said hello and records its acknowledgement', async () => {
    const { slack, app, installation, appToken, workspace } = await stage();
    const client = await Client.open(slack.apiUrl, appToken);
    expect(client.hello).toMatchObject({
      type: 'hello',
      num_connections: 1,
      debug_info: { build_number: 142, approximate_connection_time: 18060 },
      connection_info: { app_id: app.id },
    });
    const entry = slack.send(installation, message({ text: 'good morning' }));
    await slack.ledger.settled(entry);
    expect(entry.state).toBe('acknowledged');
    expect(entry.attempts).toHaveLength(1);
    const frame = await client.waitFor((each) => each.type === 'events_api');
    expect(frame).toMatchObject({
      retry_attempt: 0,
      retry_reason: '',
      accepts_response_payload: false,
      payload: {
        type: 'event_callback',
        api_app_id: app.id,
        team_id: workspace.id,
        event: { type: 'message', text: 'good morning', channel_type: 'channel' },
        authorizations: [{ team_id: workspace.id, is_enterprise_install: false }],
      },
    });
  });

  it('Slack keeps the payload of an acknowledgement', async () => {
    const { slack, installation, appToken } = await stage();
    const client = await Client.open(slack.apiUrl, appToken);
    client.onEnvelope = (frame) => client.acknowledge(frame, { text: 'on it' });
    const entry = slack.send(installation, slashCommand({ command: '/deploy', text: 'now' }));
    await slack.ledger.settled(entry);
    expect(slack.ledger.answer(entry)?.payload).toEqual({ text: 'on it' });
  });

  it('Slack follows the retry ladder for events, with the same event_id and new envelopes', async () => {
    const { slack, installation, appToken, clock } = await stage();
    const client = await Client.open(slack.apiUrl, appToken);
    client.onEnvelope = () => undefined;
    const entry = slack.send(installation, message());
    await clock.advance(373_000 - 1);
    expect(entry.state).toBe('pending');
    await clock.advance(1);
    expect(entry.state).toBe('given_up');
    expect(slack.ledger.lost()).toEqual([entry]);
    // 3 s for each attempt to fail, then a second, a minute, five minutes.
    expect(entry.attempts.map((attempt) => attempt.at - entry.sentAt)).toEqual([0, 4_000, 67_000, 370_000]);
    await client.until(() => client.frames.length === 5);
    const frames = client.frames.slice(1);
    expect(frames.map((frame) => [frame.retry_attempt, frame.retry_reason])).toEqual([
      [0, ''],
      [1, 'timeout'],
      [2, 'timeout'],
      [3, 'timeout'],
    ]);
    expect(new Set(frames.map((frame) => frame.envelope_id)).size).toBe(4);
    expect(new Set(frames.map((frame) => objectAt(frame, 'payload')?.event_id)).size).toBe(1);
  });

  it('Slack takes an acknowledgement up to three seconds and no longer', async () => {
    const { slack, installation, appToken, clock } = await stage();
    const client = await Client.open(slack.apiUrl, appToken);
    client.onEnvelope = () => undefined;
    const [inTime, late] = [slack.send(installation, message()), slack.send(installation, slashCommand())];
    await client.until(() => client.frames.length === 3);
    await clock.advance(2_999);
    client.acknowledge(await client.waitFor((frame) => frame.type === 'events_api'));
    await slack.ledger.settled(inTime);
    await clock.advance(1);
    client.acknowledge(await client.waitFor((frame) => frame.type === 'slash_commands'));
    await slack.ledger.waitFor(
      (entry) => (entry.attempts[0]?.acknowledgements.length ?? 0) > 0 && entry === late,
    );
    expect([inTime.state, late.state]).toEqual(['acknowledged', 'given_up']);
    expect(slack.ledger.late()).toEqual([late]);
    expect(slack.ledger.answer(late)).toBeUndefined();
    expect(slack.ledger.unreachable()).toEqual([]);
  });

  it('The ledger waits with a limit and forgets settled entries when asked to', async () => {
    const { slack, installation, appToken } = await stage();
    const client = await Client.open(slack.apiUrl, appToken);
    await slack.ledger.settled(slack.send(installation, message()));
    client.onEnvelope = () => undefined;
    const open = slack.send(installation, message());
    await expect(slack.ledger.waitFor((entry) => entry.type === 'never', 20)).rejects.toMatchObject({
      code: 'timeout',
    });
    expect(slack.ledger.pending).toBe(1);
    slack.ledger.forgetSettled();
    expect(slack.ledger.entries).toEqual([open]);
  });
});
