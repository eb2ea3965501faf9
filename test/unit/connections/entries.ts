import type { ConnectionRecord } from '../../../src/autokitteh/connection-list.js';
import type { BotTokenState } from '../../../src/connections/bot-identity.js';
import type { Entry } from '../../../src/connections/registry.js';
import type { SetupState } from '../../../src/connections/variables.js';
import type { BotOwner } from '../../../src/connections/whose-bot.js';

/** A connection as the server lists it. */
export function recordOf(id: string): ConnectionRecord {
  const status = { code: 'ok', message: 'Using Socket Mode' } as const;
  return { id, name: id, projectId: 'prj', orgId: 'org', integrationId: 'int', status };
}

export function complete(
  appId: string,
  appToken: string,
  savedAt = 0,
): Extract<SetupState, { t: 'complete' }> {
  return { t: 'complete', appId, appToken, botToken: `xoxb-${appToken}`, savedAt, adopting: false };
}

/** Whose a bot token is, in one workspace of an app. */
export function ownerOf(appId: string, teamId = 'T1'): BotOwner {
  return { appId, enterpriseId: '', teamId, botUserId: 'U1', botId: 'B1' };
}

/** A connection whose bot token is, as Slack said, of the app that its app-level token names. */
export function entryOf(id: string, setup: SetupState, active = true): Entry {
  const identity: BotTokenState =
    setup.t === 'complete'
      ? { t: 'known', owner: ownerOf(setup.appId), isConfirmed: true }
      : { t: 'unknown' };
  return { record: recordOf(id), active, variables: new Map(), setup, identity };
}
