import type { AutoKitteh, AutoKittehClient, Variable } from '../autokitteh/client.js';
import type { ConnectionRecord } from '../autokitteh/connection-list.js';
import { isConnectionId } from '../autokitteh/ids.js';
import { PluginError } from '../core/errors.js';
import type { AuthorServer } from './author-server.js';
import type { ChangedVariable } from './made.js';

/** A connection that the author named, and that the project may not have yet. */
export interface NamedConnection {
  /** Undefined where there is none. */
  readonly id: string | undefined;
  readonly projectId: string;
  /** As `project/connection`. */
  readonly name: string;
}

/** The connection that a run serves. */
export interface ServedConnection extends NamedConnection {
  readonly id: string;
  /** Whether the run has created it. */
  readonly isMade: boolean;
}

type Finder = Pick<AutoKitteh, 'projectName' | 'connectionsOf' | 'connection'>;

/**
 * The connection that the author named by its id, or as `project/connection`. Rejects with `not_found` for a project or an id that is not there, and with `bad_input` for a connection that is no project's own
 * Slack connection.
 */
export async function namedConnection(
  named: string,
  integrationId: string,
  finder: Finder,
  author: Pick<AuthorServer, 'projectsNamed'>,
): Promise<NamedConnection> {
  if (isConnectionId(named)) {
    const record = await finder.connection(named);
    if (record === undefined) throw new PluginError('not_found', `the server has no connection ${named}`);
    const project = (await finder.projectName(record.projectId)) ?? record.projectId;
    return checked(record, `${project}/${record.name}`, integrationId);
  }
  const [project = '', name = '', ...more] = named.split('/');
  if (project === '' || name === '' || more.length > 0)
    throw new PluginError(
      'bad_input',
      `"${named}" names no connection: give project/connection, for instance my_project/my_slack, or an id (con_…)`,
    );
  const [projectId, second] = await author.projectsNamed(project);
  if (projectId === undefined)
    throw new PluginError(
      'not_found',
      `the server has no project ${project}: type \`ak deploy --manifest autokitteh.yaml\` in its folder first`,
    );
  if (second !== undefined)
    throw new PluginError(
      'bad_input',
      `several organisations have a project ${project}: give the connection's id, which \`ak connection get ${named}\` prints`,
    );
  const record = (await finder.connectionsOf(projectId)).find((each) => each.name === name);
  return record === undefined
    ? { id: undefined, projectId, name: named }
    : checked(record, named, integrationId);
}

function checked(record: ConnectionRecord, name: string, integrationId: string): NamedConnection {
  if (record.integrationId !== integrationId)
    throw new PluginError('bad_input', `${name} is not a Slack connection`);
  if (record.projectId === '')
    throw new PluginError(
      'bad_input',
      `${name} belongs to an organisation: an event would start workflows of all of its projects. Give a connection of one project.`,
    );
  return { id: record.id, projectId: record.projectId, name };
}

/** The name within its project. */
export function nameOnly({ name }: Pick<NamedConnection, 'name'>): string {
  return name.slice(name.indexOf('/') + 1);
}

/** What writing `variables` changes, where `before` is there already. */
export function changesOf(
  before: readonly Variable[],
  variables: readonly Variable[],
  isScripted: (token: string) => boolean,
): ChangedVariable[] {
  const present = new Map(before.map((variable) => [variable.name, variable.value]));
  return variables.map(({ name, value, isSecret }) => {
    const old = present.get(name);
    // A token that an earlier run has left is not put back.
    return { name, wrote: value, isSecret, before: old === undefined || isScripted(old) ? null : old };
  });
}

/** The line, with `first` done before variables are written through it. */
export function tellingWrites(
  line: AutoKittehClient,
  first: (variables: readonly Variable[]) => Promise<void>,
): AutoKittehClient {
  return {
    ...line,
    async setVariables(id, variables, signal) {
      await first(variables);
      await line.setVariables(id, variables, signal);
    },
  };
}
