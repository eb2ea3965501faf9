import type { ConnectionRecord } from '../autokitteh/connection-list.js';
import { isConnectionId } from '../autokitteh/ids.js';
import { PluginError } from '../core/errors.js';
import { setupStateOf, type SetupState, type Variables } from '../connections/variables.js';
import type { PersonsAutoKitteh } from './ports.js';

/** A connection that the person may use, as it is stored. */
export interface OwnConnection {
  readonly record: ConnectionRecord;
  readonly variables: Variables;
  readonly setup: SetupState;
}

/**
 * The connection's record, with the person's own rights. Rejects with `bad_input` for a malformed id, `not_found` when
 * the connection is not theirs (the server does not tell that from one that does not exist), `bad_input` when it is of
 * another integration, and with whatever the server refuses.
 */
export async function findConnection(
  autokitteh: PersonsAutoKitteh,
  integrationId: string,
  connectionId: string,
  signal: AbortSignal,
): Promise<ConnectionRecord> {
  if (!isConnectionId(connectionId)) throw new PluginError('bad_input', 'invalid connection ID');
  const record = await autokitteh.connection(connectionId, signal);
  if (record === undefined) throw new PluginError('not_found', 'connection not found');
  if (record.integrationId !== integrationId) {
    throw new PluginError(
      'bad_input',
      'this is not a Slack connection: open the page of its own integration',
    );
  }
  return record;
}

/** The connection with its variables, secrets in clear; rejects as `findConnection` does. */
export async function openConnection(
  autokitteh: PersonsAutoKitteh,
  integrationId: string,
  connectionId: string,
  signal: AbortSignal,
): Promise<OwnConnection> {
  const record = await findConnection(autokitteh, integrationId, connectionId, signal);
  const variables = new Map(
    (await autokitteh.variables(connectionId, [], signal)).map(({ name, value }) => [name, value]),
  );
  return { record, variables, setup: setupStateOf(variables) };
}

/** The name of the connection's project; nothing where the server does not tell it, which keeps nobody from anything. */
export async function projectOf(
  autokitteh: PersonsAutoKitteh,
  { record }: OwnConnection,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (record.projectId === '') return undefined;
  return autokitteh.projectName(record.projectId, signal).catch(() => undefined);
}
