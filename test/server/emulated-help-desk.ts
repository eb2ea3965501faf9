import { WebClient } from '@slack/web-api';
import { isJsonObject, objectAt, stringAt, type JsonObject } from '../../src/core/json.js';
import type { RunningSession } from '../../src/sim/autokitteh/running-session.js';
import type { StandIn } from '../../src/sim/autokitteh/stand-in.js';

const CONNECTION = 'my_slack';
const FORM = 'event_type == "interaction" && data.type in ["view_submission", "block_suggestion"]';
const CLICK = 'event_type == "interaction" && data.type == "block_actions"';
const TOPICS = ['Access', 'Accounting', 'Hardware', 'Holidays', 'Network'];

/** What docs/examples/python-help-desk does, for a stand-in; `slackApiUrl` stands for its variable. */
export function emulateHelpDesk(standIn: StandIn, slackApiUrl: string): void {
  standIn.emulate('tickets.py:on_ticket_command', (session) => takeTicket(session, slackApiUrl));
  standIn.emulate('desk.py:on_desk_opened', keepDesk);
}

async function takeTicket(session: RunningSession, slackApiUrl: string): Promise<void> {
  const { data: command, eventId } = session.event;
  const form = session.subscribe(CONNECTION, `${FORM} && data.view.callback_id == "${eventId}"`);
  const slack = new WebClient(session.env[`${CONNECTION}__private_bot_token`], { slackApiUrl });
  const view = { type: 'modal' as const, callback_id: eventId, title: plain('New ticket'), blocks: [] };
  await slack.views.open({ trigger_id: stringAt(command, 'trigger_id'), view });
  session.print(`command answered in time: ${python(await answer(command, { text: 'A form opens ...' }))}`);

  const ticket = await filledIn(session, form);
  if (ticket === undefined) return;
  const clicks = session.subscribe(CONNECTION, `${CLICK} && data.actions[0].value == "${eventId}"`);
  const channel = stringAt(command, 'channel_id');
  const button = { type: 'button' as const, action_id: 'take', text: plain('Take it'), value: eventId };
  const { ts } = await slack.chat.postMessage({
    channel,
    text: `New ticket from <@${stringAt(command, 'user_id')}>`,
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: `*${ticket.topic}*: ${ticket.problem}` } },
      { type: 'actions', elements: [button] },
    ],
  });
  session.print('ticket posted');
  const click = await session.nextEvent(clicks);
  if (click === undefined) return;
  const text = `<@${stringAt(objectAt(click.data, 'user'), 'id')}> takes care of it.`;
  await slack.chat.postMessage({ channel, text, thread_ts: ts ?? '' });
  session.print(text);
}

async function filledIn(
  session: RunningSession,
  form: ReturnType<RunningSession['subscribe']>,
): Promise<{ topic: string; problem: string } | undefined> {
  for (;;) {
    const data = (await session.nextEvent(form))?.data;
    if (data === undefined) return undefined;
    if (data['type'] === 'block_suggestion') {
      const typed = stringAt(data, 'value').toLowerCase();
      const found = TOPICS.filter((topic) => topic.toLowerCase().includes(typed));
      await answer(data, { options: found.map((value) => ({ text: plain(value), value })) });
      continue;
    }
    const values = objectAt(objectAt(objectAt(data, 'view'), 'state'), 'values');
    const chosen = objectAt(objectAt(objectAt(values, 'topic'), 'topic'), 'selected_option');
    const problem = stringAt(objectAt(objectAt(values, 'problem'), 'problem'), 'value');
    if (problem.length < 8) {
      const errors = { problem: 'Please write at least 8 characters.' };
      await answer(data, { response_action: 'errors', errors });
      session.print('form refused: problem');
    } else if (await answer(data, { response_action: 'clear' })) {
      session.print('form accepted');
      return { topic: stringAt(chosen, 'value'), problem };
    }
  }
}

async function keepDesk(session: RunningSession): Promise<void> {
  const filter = 'event_type == "slash_command" && data.command == "/desk"';
  const commands = session.subscribe(CONNECTION, filter);
  session.print('open');
  for (let asked = 0; ;) {
    const data = (await session.nextEvent(commands))?.data;
    if (data === undefined) break;
    if (data['text'] === 'close') {
      await answer(data, { response_type: 'in_channel', text: `Closed after ${asked} questions.` });
      break;
    }
    asked += 1;
    const text = `The desk is open. <@${stringAt(data, 'user_id')}>, you are number ${asked}.`;
    session.print(`answered in time: ${python(await answer(data, { response_type: 'ephemeral', text }))}`);
  }
  session.print('closed');
}

/** What the example in docs/answers.md does. */
export async function answerCommand(session: RunningSession): Promise<void> {
  const { data } = session.event;
  await answer(data, { response_type: 'ephemeral', text: `You asked for ${stringAt(data, 'text')}.` });
}

async function answer(data: JsonObject, body: JsonObject): Promise<boolean> {
  const envelope = data['slack_envelope'];
  const url = isJsonObject(envelope) ? stringAt(envelope, 'answer_url') : '';
  return url !== '' && (await fetch(url, { method: 'POST', body: JSON.stringify(body) })).status === 200;
}

function python(truth: boolean): string {
  return truth ? 'True' : 'False';
}

function plain(text: string): { type: 'plain_text'; text: string } {
  return { type: 'plain_text', text };
}
