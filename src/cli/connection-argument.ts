import { isConnectionId } from '../autokitteh/ids.js';
import { PluginError } from '../core/errors.js';
import type { CommandsAutoKitteh } from './ports.js';

/**
 * The id of a connection that a person named as they do for `ak`: by its id, or as `project/connection`. Rejects with
 * `bad_input` if it is neither, with `not_found` if the person sees no such project or connection, and with whatever the
 * server refuses.
 */
export async function resolveConnection(
  autokitteh: Pick<CommandsAutoKitteh, 'projectId' | 'connectionsOf'>,
  integrationId: string,
  named: string,
  signal: AbortSignal,
): Promise<string> {
  if (isConnectionId(named)) return named;
  const [project = '', name = '', ...more] = named.split('/');
  if (project === '' || name === '' || more.length > 0)
    throw new PluginError(
      'bad_input',
      `"${named}" names no connection: give its id (con_…), or project/connection as for \`ak\`, for instance my_project/my_slack`,
    );
  const projectId = await autokitteh.projectId(project, signal);
  if (projectId === undefined)
    throw new PluginError(
      'not_found',
      `there is no project ${project}, or you may not see it: \`ak project list\` prints yours`,
    );
  const connections = await autokitteh.connectionsOf(projectId, signal);
  const found = connections.find((each) => each.name === name);
  if (found !== undefined) return found.id;
  const others = connections.filter((each) => each.integrationId === integrationId).map((each) => each.name);
  throw new PluginError(
    'not_found',
    others.length === 0
      ? `project ${project} has no connection ${name}, and no Slack connection at all: create one with \`ak connection create ${name} -p ${project} -i slack\``
      : `project ${project} has no connection ${name}; its Slack connections are: ${others.join(', ')}`,
  );
}
