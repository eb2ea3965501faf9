import { describe, expect, it } from 'vitest';
import { message } from '../../../../src/sim/slack/frames/messages.js';
import { slashCommand } from '../../../../src/sim/slack/frames/slash-command.js';
import { Client } from './client.js';
import { stage } from './setup.js';

describe('delivery', () => {
  it('sends an event to a socket that said hello and notes its acknowledgement', async () => {
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

  it('keeps the payload of an acknowledgement', async () => {
    const { slack, installation, appToken } = await stage();
    const client = await Client.open(slack.apiUrl, appToken);
    client.onEnvelope = (frame) => client.acknowledge(frame, { text: 'on it' });
    const entry = slack.send(installation, slashCommand({ command: '/deploy', text: 'now' }));
    await slack.ledger.settled(entry);
    expect(slack.ledger.answer(entry)?.payload).toEqual({ text: 'on it' });
  });

  it('climbs the retry ladder for events, with the same event_id and new envelopes', async () => {
    const { slack, installation, appToken } = await stage();
    const client = await Client.open(slack.apiUrl, appToken);
    client.onEnvelope = () => undefined;
    const entry = slack.send(installation, message());
    await slack.ledger.settled(entry);
    expect(entry.state).toBe('given_up');
    expect(slack.ledger.lost()).toEqual([entry]);
    const frames = client.frames.slice(1);
    expect(frames.map((frame) => [frame.retry_attempt, frame.retry_reason])).toEqual([
      [0, ''],
      [1, 'timeout'],
      [2, 'timeout'],
      [3, 'timeout'],
    ]);
    expect(new Set(frames.map((frame) => frame.envelope_id)).size).toBe(4);
    const [, second = 0, third = 0, last = 0] = entry.attempts.map((attempt) => attempt.at - entry.sentAt);
    expect(second).toBeGreaterThan(3_500);
    expect(third - second).toBeGreaterThan(62_000);
    expect(last - third).toBeGreaterThan(302_000);
  });
});
