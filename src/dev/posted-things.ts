import { PluginError } from '../core/errors.js';
import { isJsonObject, objectAt, stringAt, type JsonObject, type JsonValue } from '../core/json.js';
import type { SlackChannel, SlackUser } from '../sim/slack/directory/entities.js';
import { toldName } from '../sim/slack/frames/draft.js';
import { isNamed, type SlackWorld } from './slack-world.js';

/** A press of a button in a message that a workflow has posted. */
interface Press {
  readonly channel: SlackChannel;
  /** What in the payload is of this message. */
  readonly payload: JsonObject;
}

/** Finds the button in the newest message that has it. Rejects with `bad_input` where there is none. */
export function buttonOf(
  world: SlackWorld,
  request: {
    readonly channel?: string | undefined;
    readonly action?: string | undefined;
    readonly value?: string | undefined;
    readonly message?: string | undefined;
  },
): Press {
  const found = world.workspace.channels
    .filter((channel) => request.channel === undefined || isNamed(world, channel, request.channel))
    .flatMap((channel) => channel.messages.map((message) => ({ channel, message })))
    .filter(({ message }) => request.message === undefined || message['ts'] === request.message)
    .flatMap(({ channel, message }) => buttonsOf(message).map((press) => ({ channel, message, ...press })))
    .filter(({ element }) => request.action === undefined || element['action_id'] === request.action)
    .filter(({ element }) => request.value === undefined || element['value'] === request.value)
    .sort((left, right) => Number(right.message['ts']) - Number(left.message['ts']));
  const [newest] = found;
  if (newest === undefined)
    throw new PluginError(
      'bad_input',
      `no message of a workflow has ${request.action === undefined ? 'a button' : `a button with the action_id ${request.action}`}${request.value === undefined ? '' : ` and the value ${request.value}`}`,
    );
  const { channel, message, element, blockId } = newest;
  const ts = stringAt(message, 'ts');
  return {
    channel,
    payload: {
      container: { type: 'message', message_ts: ts, channel_id: channel.id, is_ephemeral: false },
      channel: { id: channel.id, name: toldName(channel) },
      message,
      actions: [{ ...element, block_id: blockId, action_ts: ts }],
    },
  };
}

function buttonsOf(message: JsonObject): { readonly element: JsonObject; readonly blockId: string }[] {
  return objectsOf(message['blocks']).flatMap((block) => {
    const inside = [...objectsOf(block['elements']), ...objectsOf([block['accessory'] ?? null])];
    return inside
      .filter((element) => stringAt(element, 'type') === 'button')
      .map((element) => ({ element, blockId: stringAt(block, 'block_id') }));
  });
}

/** The view that a workflow opened, pushed or updated last, with this `callback_id` if one is given. Rejects likewise. */
export function lastView({ slack }: SlackWorld, callbackId: string | undefined): JsonObject {
  const views = slack.calls.all
    .filter(({ method, answer }) => /^views\.(open|push|update)$/.test(method) && answer?.['ok'] === true)
    .map(({ answer }) => objectAt(answer, 'view'))
    .filter((view) => view !== undefined)
    .filter((view) => callbackId === undefined || view['callback_id'] === callbackId);
  const last = views.at(-1);
  if (last !== undefined) return last;
  throw new PluginError(
    'bad_input',
    `no workflow has opened a modal${callbackId === undefined ? '' : ` with the callback_id ${callbackId}`}, so there is none to submit`,
  );
}

/** Who sees a view: the person whose command or click opened it. Undefined where the scripted Slack did not send that. */
export function viewerOf({ slack, workspace }: SlackWorld, view: JsonObject): SlackUser | undefined {
  const root = stringAt(view, 'root_view_id');
  const opened = slack.calls.all.find(
    ({ method, answer }) => method === 'views.open' && stringAt(objectAt(answer, 'view'), 'id') === root,
  );
  const trigger = stringAt(opened?.args, 'trigger_id');
  const cause = slack.ledger.entries.find(({ key }) => key === trigger)?.payload;
  const id = stringAt(cause, 'user_id') || stringAt(objectAt(cause, 'user'), 'id');
  return workspace.users.find((user) => user.id === id);
}

/** The view with these inputs filled in, each by its `action_id`. Rejects with `bad_input` for one that it does not have. */
export function withValues(view: JsonObject, values: Readonly<Record<string, string>>): JsonObject {
  const state: Record<string, Record<string, JsonObject>> = {};
  const known: string[] = [];
  for (const block of objectsOf(view['blocks'])) {
    const element = objectAt(block, 'element');
    const actionId = stringAt(element, 'action_id');
    if (element === undefined || actionId === '') continue;
    known.push(actionId);
    const value = values[actionId] ?? null;
    (state[stringAt(block, 'block_id')] ??= {})[actionId] = filled(element, value);
  }
  const unknown = Object.keys(values).filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new PluginError(
      'bad_input',
      `the modal has no input with the action_id ${unknown.join(', ')}; it has: ${known.join(', ') || 'none'}`,
    );
  return { ...view, state: { values: state } };
}

/** An input's state, as Slack sends it (Slack: view submission payloads). */
function filled(element: JsonObject, value: string | null): JsonObject {
  const type = stringAt(element, 'type');
  const options = objectsOf(element['options']);
  const chosen = value === null ? null : (options.find((each) => each['value'] === value) ?? optionOf(value));
  switch (type) {
    case 'static_select':
    case 'external_select':
    case 'radio_buttons':
      return { type, selected_option: chosen };
    case 'checkboxes':
    case 'multi_static_select':
    case 'multi_external_select': {
      const many = value === null || value === '' ? [] : value.split(',');
      return {
        type,
        selected_options: many.map(
          (each) => options.find((option) => option['value'] === each) ?? optionOf(each),
        ),
      };
    }
    case 'datepicker':
      return { type, selected_date: value };
    case 'timepicker':
      return { type, selected_time: value };
    case 'users_select':
      return { type, selected_user: value };
    case 'conversations_select':
      return { type, selected_conversation: value };
    case 'channels_select':
      return { type, selected_channel: value };
    default:
      return { type, value };
  }
}

function optionOf(value: string): JsonObject {
  return { text: { type: 'plain_text', text: value, emoji: true }, value };
}

function objectsOf(list: JsonValue | undefined): JsonObject[] {
  return Array.isArray(list) ? list.filter((each) => isJsonObject(each)) : [];
}
