import { string } from '../../src/autokitteh/values.js';
import { isJsonObject, objectAt, stringAt, type JsonObject } from '../../src/core/json.js';
import type { StandIn } from '../../src/sim/autokitteh/stand-in.js';

const CONNECTION = 'my_slack';

/** What docs/examples/starlark-watch does, for a stand-in. */
export function emulateWatch(standIn: StandIn): void {
  standIn.emulate('main.star:on_question', async (session) => {
    const { data } = session.event;
    const filter = `event_type == "message" && data.thread_ts == "${stringAt(data, 'ts')}"`;
    const replies = session.subscribe(CONNECTION, filter);
    session.print(
      `question in ${stringAt(data, 'channel')} from ${stringAt(data, 'user')} : ${stringAt(data, 'text')}`,
    );
    const reply = (await session.nextEvent(replies, 600_000))?.data;
    session.print(
      reply === undefined ? 'no reply' : `reply from ${stringAt(reply, 'user')} : ${stringAt(reply, 'text')}`,
    );
  });
  standIn.emulate('main.star:on_note', (session) => {
    const { data, eventId } = session.event;
    const text = stringAt(data, 'text').slice('note '.length);
    session.print(`note ${eventId} by ${stringAt(data, 'user_id')} : ${text}`);
  });
  standIn.emulate('main.star:on_eyes', (session) => {
    const { data } = session.event;
    const item = objectAt(data, 'item');
    session.print(
      `looked at ${stringAt(item, 'ts')} in ${stringAt(item, 'channel')} by ${stringAt(data, 'user')}`,
    );
  });
  standIn.emulate('main.star:on_approved', (session) => {
    const { data } = session.event;
    session.print(
      `approved by ${stringAt(objectAt(data, 'user'), 'id')} : ${stringAt(firstAction(data), 'value')}`,
    );
    session.print(
      `Slack's id of this delivery: ${stringAt(objectAt(data, 'slack_envelope'), 'envelope_id')}`,
    );
  });
  standIn.emulate('functions.star:on_mention', async (session) => {
    if (session.values(CONNECTION)['chat_postMessage'] === undefined) {
      session.print("this server does not attach the integration: Slack's methods are not here");
      return;
    }
    const channel = stringAt(session.event.data, 'channel');
    const ts = stringAt(session.event.data, 'ts');
    const posted = await session.call(CONNECTION, 'chat_postMessage', {
      args: [string(channel), string('On my way.')],
      kwargs: { thread_ts: string(ts) },
    });
    const postedIn = posted.value?.struct?.fields['channel'] ?? string('');
    await session.call(CONNECTION, 'reactions_add', { args: [postedIn, string(ts), string('eyes')] });
    const { error } = await session.call(CONNECTION, 'chat_postMessage', {
      args: [string('C00000000'), string('Is anybody here?')],
    });
    const why = error?.value?.struct?.fields['error']?.string?.v ?? '';
    session.print(`answered in ${postedIn.string?.v ?? ''} ; elsewhere: ${why}`);
  });
}

function firstAction(data: JsonObject): JsonObject | undefined {
  const actions = data['actions'];
  const [first] = Array.isArray(actions) ? actions : [];
  return isJsonObject(first) ? first : undefined;
}
