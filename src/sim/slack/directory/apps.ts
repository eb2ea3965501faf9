import type { SlackApp } from './entities.js';
import type { Identifiers } from './identifiers.js';
import type { Tokens } from './tokens.js';

/** An app as the scripted Slack itself sees it. */
export interface AppRecord extends SlackApp {
  socketMode: boolean;
  /** The legacy verification token that payloads carry. */
  readonly verificationToken: string;
  /** What the URL of a WebSocket calls the app: an opaque digest, not its id. */
  readonly digest: string;
}

export function createApp(ids: Identifiers, tokens: Tokens, name: string): AppRecord {
  const app: AppRecord = {
    id: ids.object('A'),
    name,
    socketMode: true,
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
