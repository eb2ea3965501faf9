import { afterEach, beforeEach, describe, it } from 'vitest';

import { systemClock } from '../../../src/core/clock.js';
import { message } from '../../../src/sim/slack/frames/messages.js';
import { startScriptedSlack, type ScriptedSlack } from '../../../src/sim/slack/scripted-slack.js';
import { acknowledgement } from '../../../src/slack/envelope.js';
import { FrameWatch } from '../../../src/slack/upgrade-watch.js';
import { createSlackHttp, type SlackHttp } from '../../../src/slack/http.js';
import { openSdkTransport } from '../../../src/slack/sdk-transport.js';
import type { Transport } from '../../../src/slack/transport.js';
import { eventually } from '../../helpers/eventually.js';

let slack: ScriptedSlack;
let http: SlackHttp;
beforeEach(async () => {
  slack = await startScriptedSlack({ clock: systemClock, seed: 1 });
  http = createSlackHttp();
});
afterEach(async () => {
  await http.close();
  await slack.stop();
});

/** A transport that Slack has greeted, and a way to let Slack send messages on it. */
async function greeted(onText: (transport: Transport, texts: readonly string[]) => void) {
  const app = slack.addApp();
  const installation = slack.install(app, slack.addWorkspace());
  const texts: string[] = [];
  let ended = false;
  const transport = openSdkTransport(
    { apiUrl: slack.apiUrl, clock: systemClock, http, frames: new FrameWatch() },
    app.createAppToken(),
    {
      onUrl: () => undefined,
      onOpen: () => undefined,
      onText: (text) => {
        texts.push(text);
        if (texts.length > 1) onText(transport, texts.slice(1));
      },
      onBinary: () => undefined,
      onLife: () => undefined,
      onEnd: () => (ended = true),
    },
  );
  await eventually(() => texts.length === 1, 'Slack said hello');
  return {
    send: (count: number) => Array.from({ length: count }, () => slack.send(installation, message())),
    ended: () => eventually(() => ended, 'the transport has ended'),
  };
}

function idOf(text: string): string {
  return (JSON.parse(text) as { envelope_id: string }).envelope_id;
}

describe('Messages that are sent in one turn', () => {
  it('A frame arrives also when its socket is destroyed in the same turn', async () => {
    const { send, ended } = await greeted((transport, texts) => {
      if (texts.length < 3) return;
      for (const text of texts) transport.send(acknowledgement(idOf(text)));
      transport.destroy();
    });
    const sent = send(3);
    await ended();
    await eventually(() => sent.every(({ state }) => state === 'acknowledged'), 'all acknowledged');
  });
});
