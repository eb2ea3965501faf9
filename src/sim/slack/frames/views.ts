import type { JsonObject } from '../../../core/json.js';
import type { FrameContext } from './draft.js';

export function plainText(text: string): JsonObject {
  return { type: 'plain_text', text, emoji: true };
}

/** A small modal with one input that is filled in, as payloads carry it. */
export function modal(context: FrameContext, callbackId = 'modal'): JsonObject {
  const { installation, workspace, ids } = context;
  const id = ids.object('V');
  return {
    id,
    team_id: workspace.id,
    type: 'modal',
    blocks: [
      {
        type: 'input',
        block_id: 'inp',
        label: plainText('Name'),
        optional: false,
        dispatch_action: false,
        element: { type: 'plain_text_input', action_id: 'name' },
      },
    ],
    private_metadata: '',
    callback_id: callbackId,
    state: { values: { inp: { name: { type: 'plain_text_input', value: 'abc' } } } },
    hash: `${Math.floor(context.now / 1000)}.${ids.secret(8)}`,
    title: plainText('Modal'),
    clear_on_close: false,
    notify_on_close: true,
    close: null,
    submit: plainText('Go'),
    previous_view_id: null,
    root_view_id: id,
    app_id: installation.app.id,
    external_id: '',
    app_installed_team_id: installation.workspace?.id ?? workspace.organization?.id ?? workspace.id,
    bot_id: installation.botId,
  };
}
