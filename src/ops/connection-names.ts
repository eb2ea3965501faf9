import { isConnectionId } from '../autokitteh/ids.js';
import type { ProjectNames } from '../connections/project-names.js';
import type { Registry } from '../connections/registry.js';

/** Names of connections as `ak` writes them. */
export interface ConnectionNames {
  /** For instance `my_project/my_slack`; without a project for an organisation's, and while its name is not known. */
  of(connectionId: string): string | undefined;
  /** The connections that a person may mean: by id, by name, or as `project/name`. */
  idsOf(named: string): string[];
}

/** The names of the connections that AutoKitteh has listed. */
export function connectionNames(
  registry: Pick<Registry, 'get' | 'all'>,
  projects: Pick<ProjectNames, 'of'>,
): ConnectionNames {
  const nameOf = ({ name, projectId }: { readonly name: string; readonly projectId: string }): string => {
    const project = projects.of(projectId);
    return project === undefined ? name : `${project}/${name}`;
  };
  return {
    of(connectionId) {
      const entry = registry.get(connectionId);
      return entry === undefined ? undefined : nameOf(entry.record);
    },
    idsOf(named) {
      // Also of a connection that is gone, whose dead letters may still be there.
      if (isConnectionId(named)) return [named];
      return [...registry.all()]
        .filter(({ record }) => record.name === named || nameOf(record) === named)
        .map(({ record }) => record.id);
    },
  };
}
