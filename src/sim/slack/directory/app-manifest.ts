import type { JsonObject } from '../../../core/json.js';
import { DEFAULT_SCOPES } from './default-scopes.js';

/** What an app that was made without a manifest looks like when Slack exports it. */
export function usualManifest(name: string): JsonObject {
  return {
    display_information: { name },
    features: { bot_user: { display_name: name, always_online: false } },
    oauth_config: { scopes: { bot: [...DEFAULT_SCOPES] } },
    settings: {
      interactivity: { is_enabled: true },
      org_deploy_enabled: false,
      socket_mode_enabled: true,
      token_rotation_enabled: false,
    },
  };
}
