import type { ConnectionRecord } from '../../../../src/autokitteh/client.js';
import type { Entry } from '../../../../src/connection/live/registry.js';
import type { SetupState } from '../../../../src/connection/live/setup-state.js';

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

export function entryOf(id: string, setup: SetupState, active = true): Entry {
  return { record: recordOf(id), active, variables: new Map(), setup, identity: { t: 'unknown' } };
}
