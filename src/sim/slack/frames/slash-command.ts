import type { JsonObject } from '../../../core/json.js';
import { channelOf, toldName, userOf, type Frame, type Scene } from './draft.js';

export interface SlashCommandOptions extends Scene {
  /** With its slash. */
  readonly command?: string;
  readonly text?: string;
  /** Fields put over those of the payload; `undefined` removes one. */
  readonly payload?: JsonObject;
}

export function slashCommand(options: SlashCommandOptions = {}): Frame {
  return (context) => {
    const { installation, workspace } = context;
    const user = userOf(context, options);
    const channel = channelOf(context, options);
    const command = options.command ?? '/autokitteh';
    const triggerId = context.triggerId();
    const { organization } = workspace;
    return {
      kind: 'slash_commands',
      type: command,
      key: triggerId,
      acceptsResponsePayload: true,
      payload: {
        token: context.verificationToken,
        team_id: workspace.id,
        team_domain: workspace.domain,
        ...(organization === undefined
          ? {}
          : { enterprise_id: organization.id, enterprise_name: organization.name }),
        channel_id: channel.id,
        channel_name: toldName(channel),
        user_id: user.id,
        user_name: user.name,
        command,
        text: options.text ?? '',
        api_app_id: installation.app.id,
        // A string here, and a boolean everywhere else.
        is_enterprise_install: installation.workspace === undefined ? 'true' : 'false',
        response_url: context.responseUrl('commands', channel.id),
        trigger_id: triggerId,
        ...options.payload,
      },
    };
  };
}
