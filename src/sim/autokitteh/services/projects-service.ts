import type { ServiceImpl } from '@connectrpc/connect';
import { exchangeKey } from '../faults.js';
import { callerKey, type Caller } from '../identity.js';
import { newId } from '../ids.js';
import { refusals, requireId, requireSymbol } from '../refusals.js';
import type { ProjectRow } from '../store.js';
import type { World } from '../world.js';
import type { ProjectsService } from '../../../gen/autokitteh/projects/v1/projects_pb.js';

/** Projects and their files. A build is only remembered: user code is emulated. */
export function projectsService({ store, rights }: World): Partial<ServiceImpl<typeof ProjectsService>> {
  const owned = (caller: Caller, projectId: string): ProjectRow => {
    requireId(projectId, 'prj');
    const row = store.projects.get(projectId);
    rights.requireMember(caller, row?.orgId);
    if (row === undefined) throw refusals.notFound();
    return row;
  };
  return {
    create({ project }, { values }) {
      const caller = values.get(callerKey);
      // AutoKitteh's handler panics here, which ends the connection without an answer.
      if (rights.isSystem(caller) && (project?.orgId ?? '') === '') values.get(exchangeKey).cut();
      const { name = '', displayName = '' } = project ?? {};
      if (name !== '') requireSymbol(name, 'name');
      const orgId = project?.orgId === '' ? rights.defaultOrg(caller) : project?.orgId;
      rights.requireMember(caller, orgId);
      if (orgId === undefined || !store.orgs.has(orgId)) throw refusals.notFound();
      if ([...store.projects.values()].some((row) => row.orgId === orgId && row.name === name))
        throw refusals.alreadyExists();
      const projectId = newId('prj');
      const named = name === '' ? `project_${projectId.slice(-8)}` : name;
      store.projects.set(projectId, { projectId, orgId, name: named, displayName, resources: {} });
      return { projectId };
    },
    get({ projectId, name, orgId }, { values }) {
      const caller = values.get(callerKey);
      if ((projectId === '') === (name === ''))
        throw refusals.malformed('project_id and name are mutually exclusive [project_id_xor_name]');
      requireId(projectId, 'prj');
      const org = orgId === '' ? rights.defaultOrg(caller) : orgId;
      const row =
        store.projects.get(projectId) ??
        [...store.projects.values()].find((project) => project.orgId === org && project.name === name);
      return row !== undefined && rights.isMember(caller, row.orgId) ? { project: row } : {};
    },
    list({ orgId }, { values }) {
      const caller = values.get(callerKey);
      const org = orgId === '' ? rights.defaultOrg(caller) : orgId;
      rights.requireMember(caller, org);
      return {
        projects: [...store.projects.values()].filter((row) => org === undefined || row.orgId === org),
      };
    },
    delete({ projectId }, { values }) {
      owned(values.get(callerKey), projectId);
      store.projects.delete(projectId);
      for (const [id, row] of store.triggers) if (row.projectId === projectId) store.triggers.delete(id);
      for (const [id, row] of store.deployments)
        if (row.projectId === projectId) store.deployments.delete(id);
      for (const [id, row] of store.connections) {
        if (row.projectId !== projectId) continue;
        store.connections.delete(id);
        store.vars.delete(id);
      }
      return {};
    },
    setResources({ projectId, resources }, { values }) {
      owned(values.get(callerKey), projectId).resources = resources;
      return {};
    },
    downloadResources: ({ projectId }, { values }) => ({
      resources: owned(values.get(callerKey), projectId).resources,
    }),
    build({ projectId }, { values }) {
      owned(values.get(callerKey), projectId);
      const buildId = newId('bld');
      store.builds.set(buildId, { projectId });
      return { buildId };
    },
    lint({ projectId }, { values }) {
      owned(values.get(callerKey), projectId);
      return {};
    },
  };
}
