import { SocketModeClient, LogLevel } from '@slack/socket-mode';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/core/clock.js';
import { message } from '../../../../src/sim/slack/frames/messages.js';
import { slashCommand } from '../../../../src/sim/slack/frames/slash-command.js';
import { stage } from './setup.js';

interface Received {
  readonly ack: (payload?: unknown) => Promise<void>;
  readonly body: { readonly text: string };
}

describe('Slack’s own SDK', () => {
  it('Slack’s own SDK connects to the scripted Slack, gets events and commands, and acknowledges them', async () => {
    const { slack, installation, appToken } = await stage({ clock: systemClock });
    const client = new SocketModeClient({
      appToken,
      logLevel: LogLevel.ERROR,
      autoReconnectEnabled: false,
      clientOptions: { slackApiUrl: slack.apiUrl },
    });
    client.on('message', ({ ack }: Received) => void ack());
    client.on('slash_commands', ({ ack, body }: Received) => void ack({ text: `you said ${body.text}` }));
    await client.start();
    const event = await slack.ledger.settled(slack.send(installation, message()));
    expect(event.state).toBe('acknowledged');
    const command = await slack.ledger.settled(slack.send(installation, slashCommand({ text: 'hi' })));
    expect(slack.ledger.answer(command)?.payload).toEqual({ text: 'you said hi' });
    const stopping = client.disconnect();
    // It waits for a FIN that Slack does not send; the end of the scripted Slack sets it free.
    await slack.waitUntilSockets((sockets) => sockets.length === 0);
    await slack.stop();
    await stopping;
  });
});
