import type { AutoKitteh } from '../../autokitteh/client.js';
import type { ConnectionRecord } from '../../autokitteh/connection-list.js';
import type { Variables } from '../../connections/variables.js';
import { PluginError, serverReason } from '../../core/errors.js';
import { sentence } from '../../core/words.js';
import { resolveConnection } from '../connection-argument.js';
import type { Finding } from './finding.js';

/** The connection that was named, as AutoKitteh has it. */
export interface KnownConnection {
  readonly record: ConnectionRecord;
  readonly variables: Variables;
}

const STEP = 'connection';

/** Finds the connection, and reads its variables. */
export async function tryConnection(
  server: AutoKitteh,
  integrationId: string,
  named: string,
  signal: AbortSignal,
): Promise<{ readonly finding: Finding; readonly known: KnownConnection | undefined }> {
  const failed = (found: string, advice: string) => ({
    finding: { step: STEP, verdict: 'failed' as const, found, advice },
    known: undefined,
  });
  try {
    const id = await resolveConnection(server, integrationId, named, signal);
    const record = await server.connection(id, signal);
    if (record === undefined)
      return failed(
        `AutoKitteh has no connection ${id}, or does not show it to this credential.`,
        'Compare the id with `ak connection list`, or give your own credential with --user-token-file.',
      );
    const { name, projectId } = record;
    if (record.integrationId !== integrationId)
      return failed(
        `${named} is a connection of another integration (${record.integrationId}).`,
        'Give a connection of Slack; `ak connection list` shows the integration of each.',
      );
    const variables = await server.variables(id, [], signal);
    const place = projectId === '' ? 'of an organization' : `of the project ${projectId}`;
    return {
      finding: { step: STEP, verdict: 'ok', found: `${name} (${id}) is a Slack connection ${place}.` },
      known: { record, variables: new Map(variables.map(({ name: key, value }) => [key, value])) },
    };
  } catch (error) {
    const { code, message } = PluginError.from(error);
    const found = sentence(message);
    const isRight = code === 'unauthenticated' || code === 'forbidden';
    return failed(
      found,
      isRight
        ? 'Give your own credential with --user-token-file (`ak auth create-token` makes one), or the settings of the program.'
        : 'Correct the connection or AUTOKITTEH_URL.',
    );
  }
}

/** Whether the project has an active deployment. */
export async function tryDeployment(
  server: Pick<AutoKitteh, 'hasActiveDeployment'>,
  { record: { projectId } }: KnownConnection,
  signal: AbortSignal,
): Promise<Finding> {
  const step = 'deployment';
  if (projectId === '')
    return {
      ...{ step, verdict: 'ok' },
      found:
        'A connection of an organization is always active; each project that uses it needs a deployment of its own.',
    };
  try {
    if (await server.hasActiveDeployment(projectId, signal))
      return { step, verdict: 'ok', found: 'The project has an active deployment.' };
    return {
      ...{ step, verdict: 'failed', about: ['deployment'] },
      found: 'The project has no active deployment, so events start nothing.',
      advice: 'Run `ak deploy` in its folder; `ak deployment list` shows the state of each deployment.',
    };
  } catch (error) {
    const found = sentence(`AutoKitteh did not list the deployments: ${serverReason(error)}`);
    return { step, verdict: 'skipped', found };
  }
}
