import { WebClient } from '@slack/web-api';
import { objectAt, stringAt, type JsonObject } from '../../src/core/json.js';
import type { RunningSession } from '../../src/sim/autokitteh/running-session.js';
import type { StandIn } from '../../src/sim/autokitteh/stand-in.js';

/** What docs/examples/python-greeter does, for a stand-in. */
export function emulateGreeter(standIn: StandIn): void {
  standIn.emulate('greeter.py:on_mention', async (session) => {
    const { data } = session.event;
    const [user, channel, ts] = ['user', 'channel', 'ts'].map((name) => stringAt(data, name));
    const text = `Hello <@${user}>!`;
    const button = {
      type: 'button' as const,
      action_id: 'wave',
      value: user ?? '',
      text: { type: 'plain_text' as const, text: 'Wave back' },
    };
    await slackOf(session).chat.postMessage({
      ...{ channel: channel ?? '', thread_ts: ts ?? '', text },
      blocks: [
        { type: 'section', text: { type: 'mrkdwn', text } },
        { type: 'actions', elements: [button] },
      ],
    });
    session.print(`greeted ${user}`);
  });
  standIn.emulate('greeter.py:on_click', async (session) => {
    const { data } = session.event;
    const [action] = data['actions'] as JsonObject[];
    const text = `<@${stringAt(objectAt(data, 'user'), 'id')}> waves to <@${stringAt(action, 'value')}>`;
    await slackOf(session).chat.postMessage({ channel: stringAt(objectAt(data, 'channel'), 'id'), text });
  });
}

/** As Python's `slack_client` with the variables of the project. */
function slackOf({ env }: RunningSession): WebClient {
  return new WebClient(env['my_slack__private_bot_token'], {
    slackApiUrl: env['AK_SLACK_DEV_API_URL'] ?? 'http://127.0.0.1:9/',
    retryConfig: { retries: 0 },
  });
}
