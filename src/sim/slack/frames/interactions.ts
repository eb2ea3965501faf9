import type { JsonObject } from '../../../core/json.js';
import {
  channelOf,
  toldName,
  userOf,
  type Draft,
  type Frame,
  type FrameContext,
  type Scene,
} from './draft.js';
import { modal, plainText } from './views.js';

export interface InteractionOptions extends Scene {
  readonly actionId?: string;
  readonly value?: string;
  readonly callbackId?: string;
  /** A view as the Web API gave it back; by default a small modal. */
  readonly view?: JsonObject;
  /** Fields put over those of the payload; `undefined` removes one. */
  readonly payload?: JsonObject;
}

/** A button of a message is pressed. */
export function blockAction(options: InteractionOptions = {}): Frame {
  return (context) => {
    const channel = channelOf(context, options);
    const ts = context.timestamp();
    const button = {
      type: 'button',
      action_id: options.actionId ?? 'approve',
      text: plainText('Approve'),
      value: options.value ?? 'v1',
      style: 'primary',
    };
    return interaction(context, options, 'block_actions', {
      api_app_id: context.installation.app.id,
      container: { type: 'message', message_ts: ts, channel_id: channel.id, is_ephemeral: false },
      trigger_id: context.triggerId(),
      channel: { id: channel.id, name: toldName(channel) },
      message: {
        bot_id: context.installation.botId,
        type: 'message',
        text: 'choose',
        user: context.installation.botUser.id,
        ts,
        app_id: context.installation.app.id,
        team: context.workspace.id,
        blocks: [{ type: 'actions', block_id: 'act', elements: [button] }],
      },
      state: { values: {} },
      response_url: context.responseUrl('actions', channel.id),
      actions: [{ ...button, block_id: 'act', action_ts: context.timestamp() }],
    });
  };
}

/** An element of a modal is used. */
export function viewBlockAction(options: InteractionOptions = {}): Frame {
  return (context) => {
    const view = options.view ?? modal(context, options.callbackId);
    return interaction(context, options, 'block_actions', {
      api_app_id: context.installation.app.id,
      container: { type: 'view', view_id: view.id },
      trigger_id: context.triggerId(),
      view,
      actions: [
        {
          type: 'static_select',
          action_id: options.actionId ?? 'choice',
          block_id: 'b',
          selected_option: { text: plainText('X'), value: options.value ?? 'x' },
          action_ts: context.timestamp(),
        },
      ],
    });
  };
}

/** A modal is submitted; the acknowledgement may carry a `response_action`. */
export function viewSubmission(options: InteractionOptions = {}): Frame {
  return (context) =>
    interaction(context, options, 'view_submission', {
      api_app_id: context.installation.app.id,
      trigger_id: context.triggerId(),
      view: options.view ?? modal(context, options.callbackId),
      response_urls: [],
    });
}

/** A modal with `notify_on_close` is closed; the only interaction without a trigger_id. */
export function viewClosed(options: InteractionOptions = {}): Frame {
  return (context) =>
    interaction(context, options, 'view_closed', {
      api_app_id: context.installation.app.id,
      view: options.view ?? modal(context, options.callbackId),
      is_cleared: false,
    });
}

/** A global shortcut: no api_app_id, no channel, no response_url, and less about the user than elsewhere. */
export function shortcut(options: InteractionOptions = {}): Frame {
  return (context) => {
    const { id, name } = userOf(context, options);
    return interaction(context, options, 'shortcut', {
      action_ts: context.timestamp(),
      user: { id, username: name, team_id: context.workspace.id },
      callback_id: options.callbackId ?? 'global-shortcut',
      trigger_id: context.triggerId(),
    });
  };
}

/** A shortcut on a message: no api_app_id. */
export function messageAction(options: InteractionOptions = {}): Frame {
  return (context) => {
    const channel = channelOf(context, options);
    const ts = context.timestamp();
    return interaction(context, options, 'message_action', {
      action_ts: context.timestamp(),
      channel: { id: channel.id, name: toldName(channel) },
      callback_id: options.callbackId ?? 'message-shortcut',
      trigger_id: context.triggerId(),
      response_url: context.responseUrl('app', channel.id),
      message_ts: ts,
      message: {
        client_msg_id: context.ids.uuid(),
        type: 'message',
        text: 'hello',
        user: userOf(context, options).id,
        ts,
        team: context.workspace.id,
      },
    });
  };
}

/** An external select asks for its options; the acknowledgement carries them. */
export function optionsRequest(options: InteractionOptions = {}): Frame {
  return (context) => {
    const view = options.view ?? modal(context, options.callbackId);
    return interaction(context, options, 'block_suggestion', {
      container: { type: 'view', view_id: view.id },
      api_app_id: context.installation.app.id,
      action_id: options.actionId ?? 'ext',
      block_id: 'b',
      value: options.value ?? 'an',
      view,
    });
  };
}

const ANSWERED: ReadonlySet<string> = new Set(['view_submission', 'block_suggestion']);

/** Any interaction, given whole. */
export function interactive(payload: JsonObject, acceptsResponsePayload = false): Frame {
  return () => draft(payload, acceptsResponsePayload);
}

function interaction(
  context: FrameContext,
  options: InteractionOptions,
  type: string,
  fields: JsonObject,
): Draft {
  const user = userOf(context, options);
  const { workspace, installation } = context;
  const { organization } = workspace;
  const payload: JsonObject = {
    type,
    user: { id: user.id, username: user.name, name: user.name, team_id: workspace.id },
    token: context.verificationToken,
    team:
      installation.workspace === undefined
        ? null
        : {
            id: workspace.id,
            domain: workspace.domain,
            ...(organization === undefined
              ? {}
              : { enterprise_id: organization.id, enterprise_name: organization.name }),
          },
    enterprise: organization === undefined ? null : { id: organization.id, name: organization.name },
    is_enterprise_install: installation.workspace === undefined,
    ...fields,
    ...options.payload,
  };
  return draft(payload, ANSWERED.has(type));
}

function draft(payload: JsonObject, acceptsResponsePayload: boolean): Draft {
  return {
    kind: 'interactive',
    type: typeof payload.type === 'string' ? payload.type : '',
    key: typeof payload.trigger_id === 'string' ? payload.trigger_id : '',
    acceptsResponsePayload,
    payload,
  };
}
