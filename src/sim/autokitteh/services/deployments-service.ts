import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { ServiceImpl } from '@connectrpc/connect';
import { callerKey, type Caller } from '../identity.js';
import { newId } from '../ids.js';
import { refusals, requireFilled, requireId } from '../refusals.js';
import type { DeploymentRow } from '../store.js';
import type { World } from '../world.js';
import {
  DeploymentState,
  type DeploymentsService,
} from '../../../gen/autokitteh/deployments/v1/deployments_pb.js';

/** Deployments. Activating one deactivates the project's others. */
export function deploymentsService({ store, rights, clock }: World): ServiceImpl<typeof DeploymentsService> {
  const owned = (caller: Caller, deploymentId: string): DeploymentRow => {
    requireFilled('deployment_id', deploymentId);
    requireId(deploymentId, 'dep');
    const row = store.deployments.get(deploymentId);
    rights.requireMember(caller, row && store.orgOf(row.projectId));
    if (row === undefined) throw refusals.notFound();
    return row;
  };
  const move = (row: DeploymentRow, state: DeploymentState): void => {
    row.state = state;
    row.updatedAt = clock.now();
  };
  const message = (row: DeploymentRow) => ({
    ...row,
    createdAt: timestampFromMs(row.createdAt),
    updatedAt: timestampFromMs(row.updatedAt),
  });
  return {
    create({ deployment }, { values }) {
      const { projectId = '', buildId = '' } = deployment ?? {};
      requireFilled('deployment.project_id', projectId);
      requireFilled('deployment.build_id', buildId);
      requireId(projectId, 'prj');
      rights.requireMember(values.get(callerKey), store.orgOf(projectId));
      if (store.builds.get(buildId)?.projectId !== projectId) throw refusals.notFound();
      const deploymentId = newId('dep');
      const row = {
        deploymentId,
        projectId,
        buildId,
        createdAt: clock.now(),
        updatedAt: clock.now(),
        state: DeploymentState.INACTIVE,
      };
      store.deployments.set(deploymentId, row);
      return { deploymentId };
    },
    activate({ deploymentId }, { values }) {
      const row = owned(values.get(callerKey), deploymentId);
      for (const other of store.activeDeployments(row.projectId)) move(other, DeploymentState.INACTIVE);
      move(row, DeploymentState.ACTIVE);
      return {};
    },
    deactivate({ deploymentId }, { values }) {
      move(owned(values.get(callerKey), deploymentId), DeploymentState.INACTIVE);
      return {};
    },
    test({ deploymentId }, { values }) {
      move(owned(values.get(callerKey), deploymentId), DeploymentState.TESTING);
      return {};
    },
    delete({ deploymentId }, { values }) {
      const row = owned(values.get(callerKey), deploymentId);
      if (row.state !== DeploymentState.INACTIVE) throw refusals.unknown('conflict');
      store.deployments.delete(deploymentId);
      return {};
    },
    get({ deploymentId }, { values }) {
      requireId(deploymentId, 'dep');
      const row = store.deployments.get(deploymentId);
      if (row === undefined || !rights.isMember(values.get(callerKey), store.orgOf(row.projectId)))
        throw refusals.notFound();
      return { deployment: message(row) };
    },
    list({ projectId, buildId, state, limit, orgId }, { values }) {
      const caller = values.get(callerKey);
      requireId(projectId, 'prj');
      const org = projectId === '' ? orgId || rights.defaultOrg(caller) : store.orgOf(projectId);
      rights.requireMember(caller, org);
      const rows = [...store.deployments.values()]
        .filter((row) => projectId === '' || row.projectId === projectId)
        .filter((row) => org === undefined || store.orgOf(row.projectId) === org)
        .filter((row) => buildId === '' || row.buildId === buildId)
        .filter((row) => state === DeploymentState.UNSPECIFIED || row.state === state)
        .reverse();
      return { deployments: rows.slice(0, limit === 0 ? undefined : limit).map(message) };
    },
  };
}
