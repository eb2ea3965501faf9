import { objectAt, stringAt, type JsonObject } from '../../../core/json.js';
import type { SlackApp } from './entities.js';
import type { Identifiers } from './identifiers.js';
import type { Tokens } from './tokens.js';

/** An app as the scripted Slack itself sees it. */
export interface AppRecord extends SlackApp {
  name: string;
  socketMode: boolean;
  manifest: JsonObject;
  /** The workspace from which it was created through the Web API; only tokens of that one change it. */
  readonly homeId: string | undefined;
  /** The legacy verification token that payloads carry. */
  readonly verificationToken: string;
  /** What the URL of a WebSocket calls the app: an opaque digest, not its id. */
  readonly digest: string;
}

export function createApp(
  ids: Identifiers,
  tokens: Tokens,
  manifest: JsonObject,
  homeId?: string,
): AppRecord {
  const app: AppRecord = {
    id: ids.object('A'),
    ...settingsOf(manifest),
    homeId,
    delayedEvents: false,
    verificationToken: ids.secret(24),
    digest: ids.hex(64),
    createAppToken(scopes = ['connections:write', 'authorizations:read']) {
      const token = `xapp-1-${app.id}-${ids.digits(13)}-${ids.hex(64)}`;
      tokens.add({ token, kind: 'app', app, installation: undefined, scopes });
      return token;
    },
  };
  return app;
}

/** What follows from the manifest of an app. */
export function settingsOf(manifest: JsonObject): Pick<AppRecord, 'name' | 'socketMode' | 'manifest'> {
  return {
    name: stringAt(objectAt(manifest, 'display_information'), 'name'),
    socketMode: objectAt(manifest, 'settings')?.['socket_mode_enabled'] === true,
    manifest,
  };
}

/** The bot scopes that an installation of the app is granted. */
export function botScopesOf({ manifest }: SlackApp): readonly string[] {
  const scopes = objectAt(objectAt(manifest, 'oauth_config'), 'scopes')?.['bot'];
  return Array.isArray(scopes) ? scopes.filter((scope) => typeof scope === 'string') : [];
}
