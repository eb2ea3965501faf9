import { describe, expect, it } from 'vitest';
import { appMention, message } from '../../../../src/sim/slack/frames/messages.js';
import { slashCommand } from '../../../../src/sim/slack/frames/slash-command.js';
import { Client } from './client.js';
import { SOON, stage, withSocket } from './setup.js';

describe('Faults of the scripted Slack in delivery', () => {
  it('Slack sends envelopes twice on request', async () => {
    const { slack, installation, client } = await withSocket();
    slack.faults.delivery({ duplicate: 1 });
    const entry = slack.send(installation, message());
    await client.until(() => client.frames.length === 3);
    expect(client.frames[1]).toEqual(client.frames[2]);
    expect(entry.attempts).toMatchObject([{ copies: 2 }]);
    await slack.ledger.waitFor((each) => each.attempts[0]?.acknowledgements.length === 2);
    expect(slack.ledger.strays.unknownEnvelope).toBe(0);
  });

  it('Slack holds some envelopes back on request, so that they come out of order', async () => {
    const { slack, installation, client, clock } = await withSocket();
    const lift = slack.faults.delivery({ hold: 0.5, holdFor: 2_000 });
    for (let sent = 0; sent < 20; sent += 1) slack.send(installation, message({ text: String(sent) }));
    await clock.advance(2_000);
    await client.until(() => client.frames.length === 21);
    const order = client.frames.slice(1).map((frame) => {
      const { event } = frame.payload as { event: { text: string } };
      return Number(event.text);
    });
    expect(order).not.toEqual(order.toSorted((one, other) => one - other));
    lift();
    await slack.ledger.allSettled();
    expect(slack.ledger.acknowledged()).toHaveLength(20);
  });

  it('Slack ignores an acknowledgement on request and sends again, with the same envelope if told so', async () => {
    const { slack, installation, socket, clock } = await withSocket();
    const lift = slack.faults.delivery({ loseAck: 1, sameEnvelope: 1 });
    const entry = slack.send(installation, message());
    await expect.poll(() => socket.received.texts, SOON).toBe(1);
    await clock.advance(3_000);
    expect(entry.attempts[0]?.outcome).toBe('timed_out');
    lift();
    slack.faults.delivery({ sameEnvelope: 1 });
    await clock.advance(1_000);
    await slack.ledger.settled(entry);
    expect(entry.state).toBe('acknowledged');
    expect(entry.attempts[1]?.envelopeId).toBe(entry.attempts[0]?.envelopeId);
  });

  it('Slack never sends a slash command or an interaction again', async () => {
    const { slack, installation, client, clock } = await withSocket();
    client.onEnvelope = () => undefined;
    const entry = slack.send(installation, slashCommand());
    await clock.advance(600_000);
    expect(entry).toMatchObject({ state: 'given_up', attempts: [{ outcome: 'timed_out' }] });
    expect(slack.ledger.unreachable()).toEqual([]);
  });

  it('Slack finds no socket and sends again only events', async () => {
    const { slack, app, installation, appToken, clock } = await stage();
    const command = slack.send(installation, slashCommand());
    expect(command.state).toBe('given_up');
    const event = slack.send(installation, appMention({ text: 'are you there' }));
    expect(event).toMatchObject({ state: 'pending', attempts: [{ outcome: 'unrouted' }] });
    const client = await Client.open(slack.apiUrl, appToken);
    await slack.waitForSockets(app, 1);
    await clock.advance(1_000);
    await slack.ledger.settled(event);
    expect(event.state).toBe('acknowledged');
    const frame = await client.waitFor((each) => each.type === 'events_api');
    expect(frame.retry_attempt).toBeGreaterThan(0);
    expect(slack.ledger.unrouted()).toEqual([command, event]);
  });

  it('Slack tries hourly for a day with Delayed Events on', async () => {
    const { slack, app, installation, clock } = await stage();
    app.delayedEvents = true;
    const entry = slack.send(installation, message());
    await clock.advance(361_000 + 23 * 3_600_000);
    expect(entry.state).toBe('pending');
    await clock.advance(3_600_000);
    expect(entry.state).toBe('given_up');
    expect(entry.attempts).toHaveLength(1 + 3 + 24);
  });

  it('Slack drops events above the hourly cap and says so once a minute', async () => {
    const { slack, installation, client } = await withSocket({ eventsPerHour: 2 });
    const entries = Array.from({ length: 4 }, () => slack.send(installation, message()));
    await slack.ledger.allSettled();
    expect(entries.map((entry) => entry.state)).toEqual([
      'acknowledged',
      'acknowledged',
      'refused',
      'refused',
    ]);
    expect(client.frames.map((frame) => (frame.payload as { type?: string } | undefined)?.type)).toEqual([
      undefined,
      'event_callback',
      'event_callback',
      'app_rate_limited',
    ]);
    const limited = client.frames[3]?.payload as Record<string, unknown>;
    expect(Object.keys(limited)).not.toContain('event');
    expect(Object.keys(limited)).not.toContain('event_id');
  });
});
