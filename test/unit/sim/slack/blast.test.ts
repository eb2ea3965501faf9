import { describe, expect, it } from 'vitest';
import { message } from '../../../../src/sim/slack/frames/messages.js';
import { slashCommand } from '../../../../src/sim/slack/frames/slash-command.js';
import { Client } from './client.js';
import { stage } from './setup.js';

describe('A blast of the scripted Slack', () => {
  it('A blast keeps a window of unacknowledged envelopes on every socket, each with its own ids', async () => {
    const { slack, installation, appToken } = await stage();
    const clients = [await Client.open(slack.apiUrl, appToken), await Client.open(slack.apiUrl, appToken)];
    const result = await slack.blast(installation, [message(), slashCommand()], {
      count: 200,
      pace: { t: 'window', perSocket: 5 },
    });
    expect(result).toMatchObject({ sent: 200, acknowledged: 200, repeated: 0, cutOff: 0 });
    expect(result.latency.p50).toBeGreaterThan(0);
    expect(result.latency.max).toBeGreaterThanOrEqual(result.latency.p99);
    expect(result.tookMs).toHaveLength(200);
    expect(Math.max(...result.tookMs)).toBe(result.latency.max);
    const envelopes = clients.flatMap((client) => client.frames.filter((frame) => 'envelope_id' in frame));
    expect(new Set(envelopes.map((frame) => frame.envelope_id)).size).toBe(200);
    const keys = envelopes.map((frame) => {
      const payload = frame.payload as { event_id?: string; trigger_id?: string };
      return payload.event_id ?? payload.trigger_id;
    });
    expect(new Set(keys).size).toBe(200);
    expect(slack.ledger.entries).toHaveLength(0);
  });

  it('A blast counts the envelopes that a closing socket lost and continues with the others', async () => {
    const { slack, app, installation, appToken } = await stage();
    const silent = await Client.open(slack.apiUrl, appToken);
    silent.onEnvelope = () => silent.ws.terminate();
    await Client.open(slack.apiUrl, appToken);
    await slack.waitForSockets(app, 2);
    const result = await slack.blast(installation, [message()], {
      count: 50,
      pace: { t: 'window', perSocket: 5 },
    });
    expect(result).toMatchObject({ sent: 50, acknowledged: 45, cutOff: 5 });
  });

  it('A blast sends at a fixed rate', async () => {
    const { slack, installation, appToken } = await stage();
    await Client.open(slack.apiUrl, appToken);
    const result = await slack.blast(installation, [message()], {
      count: 20,
      pace: { t: 'rate', perSecond: 200 },
    });
    expect(result).toMatchObject({ sent: 20, acknowledged: 20 });
  });

  it('A blast rejects when acknowledgements stay away', async () => {
    const { slack, installation, appToken } = await stage();
    const silent = await Client.open(slack.apiUrl, appToken);
    silent.onEnvelope = () => undefined;
    const blast = slack.blast(installation, [message()], {
      count: 3,
      pace: { t: 'window', perSocket: 3 },
      limit: 50,
    });
    await expect(blast).rejects.toMatchObject({ code: 'timeout', message: 'blast: 0 of 3 after 50 ms' });
  });
});
