import { z } from 'zod';
import { PluginError } from '../core/errors.js';
import type { JsonObject } from '../core/json.js';
import type { AppManifest } from '../browser/app-manifest.js';

export type { AppManifest } from '../browser/app-manifest.js';
export { createAppLink, manifestJson, manifestYaml } from '../browser/app-manifest.js';

const schema = z.strictObject({
  display_information: z.strictObject({
    name: z.string(),
    description: z.string().optional(),
    long_description: z.string().optional(),
    background_color: z.string().optional(),
  }),
  features: z.strictObject({
    app_home: z
      .strictObject({
        home_tab_enabled: z.boolean().optional(),
        messages_tab_enabled: z.boolean().optional(),
        messages_tab_read_only_enabled: z.boolean().optional(),
      })
      .optional(),
    bot_user: z.strictObject({ display_name: z.string(), always_online: z.boolean().optional() }),
    slash_commands: z
      .array(
        z.strictObject({
          command: z.string(),
          description: z.string(),
          usage_hint: z.string().optional(),
          should_escape: z.boolean().optional(),
        }),
      )
      .optional(),
  }),
  oauth_config: z.strictObject({ scopes: z.strictObject({ bot: z.array(z.string()) }) }),
  settings: z.strictObject({
    event_subscriptions: z.strictObject({ bot_events: z.array(z.string()) }),
    interactivity: z.strictObject({ is_enabled: z.boolean() }).optional(),
    org_deploy_enabled: z.boolean().optional(),
    socket_mode_enabled: z.literal(true),
    token_rotation_enabled: z.boolean().optional(),
  }),
});

/** A Slack app manifest from a file; throws `bad_manifest` with a line for each wrong field. */
export function readAppManifest(value: unknown): AppManifest {
  const parsed = schema.safeParse(value);
  if (parsed.success) return withoutUndefined(parsed.data);
  const lines = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new PluginError('bad_manifest', lines.join('\n'));
}

/**
 * The Slack app that the guide proposes: the integration manifest's, or the usual one; throws `bad_manifest`. `{name}` in
 * it stands for the name of the project: see `namedApp`.
 */
export function proposedApp(slackApp: JsonObject | undefined): AppManifest {
  return slackApp === undefined ? DEFAULT_APP_MANIFEST : readAppManifest(slackApp);
}

// zod's optional fields may be present and undefined; a manifest's may only be absent.
function withoutUndefined(parsed: z.output<typeof schema>): AppManifest {
  return JSON.parse(JSON.stringify(parsed)) as AppManifest;
}

/** The app that AutoKitteh's documentation has people create, with the messages tab of its App Home switched on. */
export const DOCUMENTED_APP_MANIFEST: AppManifest = {
  display_information: { name: 'AutoKitteh Demo App' },
  features: {
    app_home: {
      home_tab_enabled: false,
      messages_tab_enabled: true,
      messages_tab_read_only_enabled: false,
    },
    bot_user: { display_name: 'AutoKitteh', always_online: true },
    slash_commands: [
      { command: '/autokitteh', description: 'Send command to AutoKitteh', should_escape: true },
      { command: '/ak', description: 'Send command to AutoKitteh', should_escape: true },
    ],
  },
  oauth_config: {
    scopes: {
      bot: [
        'app_mentions:read',
        'bookmarks:read',
        'bookmarks:write',
        'channels:history',
        'channels:manage',
        'channels:read',
        'chat:write',
        'chat:write.customize',
        'chat:write.public',
        'commands',
        'dnd:read',
        'groups:history',
        'groups:read',
        'groups:write',
        'im:history',
        'im:read',
        'im:write',
        'mpim:history',
        'mpim:read',
        'mpim:write',
        'reactions:read',
        'reactions:write',
        'users.profile:read',
        'users:read',
      ],
    },
  },
  settings: {
    event_subscriptions: {
      bot_events: [
        'app_home_opened',
        'app_mention',
        'app_uninstalled',
        'channel_archive',
        'channel_created',
        'channel_deleted',
        'channel_history_changed',
        'channel_id_changed',
        'channel_left',
        'channel_rename',
        'channel_unarchive',
        'group_archive',
        'group_deleted',
        'group_history_changed',
        'group_left',
        'group_rename',
        'group_unarchive',
        'im_history_changed',
        'member_joined_channel',
        'message.channels',
        'message.groups',
        'message.mpim',
        'reaction_added',
        'reaction_removed',
        'tokens_revoked',
      ],
    },
    interactivity: { is_enabled: true },
    org_deploy_enabled: false,
    socket_mode_enabled: true,
    token_rotation_enabled: false,
  },
};

/**
 * The usual proposal. Beyond the documented app: the bot hears the direct messages that people send it (`message.im`), and
 * workflows find people by their email addresses (`users:read.email`), as AutoKitteh's own app and public projects do; its
 * name and its one slash command are those of the project.
 */
export const DEFAULT_APP_MANIFEST: AppManifest = {
  ...DOCUMENTED_APP_MANIFEST,
  display_information: { name: '{name}' },
  features: {
    ...DOCUMENTED_APP_MANIFEST.features,
    bot_user: { display_name: '{name}', always_online: true },
    slash_commands: [{ command: '/{name}', description: 'Send command to {name}', should_escape: true }],
  },
  oauth_config: { scopes: { bot: [...DOCUMENTED_APP_MANIFEST.oauth_config.scopes.bot, 'users:read.email'] } },
  settings: {
    ...DOCUMENTED_APP_MANIFEST.settings,
    event_subscriptions: {
      bot_events: [...DOCUMENTED_APP_MANIFEST.settings.event_subscriptions.bot_events, 'message.im'],
    },
  },
};
