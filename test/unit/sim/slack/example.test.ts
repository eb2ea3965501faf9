import { WebClient } from '@slack/web-api';
import { afterEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { scaledClock } from '../../../../src/core/clock.js';
import { message } from '../../../../src/sim/slack/frames/messages.js';
import { slashCommand } from '../../../../src/sim/slack/frames/slash-command.js';
import { startScriptedSlack, type ScriptedSlack } from '../../../../src/sim/slack/scripted-slack.js';

let slack: ScriptedSlack;

afterEach(() => slack.stop());

it('The program loses no event when Slack refreshes the only socket', async () => {
  slack = await startScriptedSlack({ clock: scaledClock(20), seed: 1 });
  const app = slack.addApp();
  const installation = slack.install(app, slack.addWorkspace());
  const web = new WebClient(app.createAppToken(), { slackApiUrl: slack.apiUrl });

  // What is under test; here, a client that acknowledges all that it gets.
  const connect = async (): Promise<void> => {
    const { url } = await web.apps.connections.open();
    const socket = new WebSocket(String(url));
    socket.on('message', (data: Buffer) => {
      const { envelope_id: envelopeId } = JSON.parse(data.toString()) as { envelope_id?: string };
      if (envelopeId !== undefined) socket.send(JSON.stringify({ envelope_id: envelopeId }));
    });
  };
  await connect();
  const [first] = await slack.waitForSockets(app, 1);

  first?.refresh();
  const event = slack.send(installation, message({ text: 'is anybody there?' }));
  await connect();
  await slack.ledger.settled(event);
  expect(slack.ledger.lost()).toEqual([]);
  expect(event.attempts[0]?.outcome).toBe('unrouted');
  expect(event.attempts.at(-1)?.outcome).toBe('acknowledged');

  // Commands are sent once: whoever has no socket at that moment has lost them.
  await slack.waitForSockets(app, 1);
  const command = slack.send(installation, slashCommand({ command: '/deploy', text: 'staging' }));
  await slack.ledger.settled(command);
  expect(slack.ledger.answer(command)?.late).toBe(false);
});
