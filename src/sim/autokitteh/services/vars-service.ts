import type { ServiceImpl } from '@connectrpc/connect';
import { callerKey } from '../identity.js';
import { anyIdProblem } from '../ids.js';
import { refusals, requireFilled, requireId, requireSymbol } from '../refusals.js';
import type { VarRow } from '../store.js';
import { writeVars } from '../variables.js';
import type { World } from '../world.js';
import type { VarsService } from '../../../gen/autokitteh/vars/v1/vars_pb.js';

/** Variables. Every write ends with a refresh of the status of each connection that it touched. */
export function varsService(world: World): ServiceImpl<typeof VarsService> {
  const { store, rights, statuses } = world;
  return {
    async set({ vars }, { values }) {
      await writeVars(world, values.get(callerKey), vars);
      return {};
    },
    get({ scopeId, names }, { values }) {
      requireFilled('scope_id', scopeId);
      requireScope(scopeId);
      if (!rights.isMember(values.get(callerKey), store.orgOf(scopeId))) throw refusals.notFound();
      const rows = [...(store.vars.get(scopeId)?.values() ?? [])];
      return { vars: rows.filter((row) => names.length === 0 || names.includes(row.name)) };
    },
    async delete({ scopeId, names }, { values }) {
      requireFilled('scope_id', scopeId);
      names.forEach((name, index) => requireFilled(`names[${index}]`, name));
      requireScope(scopeId);
      rights.requireMember(values.get(callerKey), store.orgOf(scopeId));
      if (store.orgOf(scopeId) === undefined) throw refusals.notFound();
      const rows = store.vars.get(scopeId);
      for (const name of names.length === 0 ? [...(rows?.keys() ?? [])] : names) rows?.delete(name);
      await statuses.refreshScope(scopeId);
      return {};
    },
    findActiveConnectionIDs({ integrationId, name, value }, { values }) {
      requireFilled('integration_id', integrationId);
      requireId(integrationId, 'int');
      if (name === '') throw refusals.invalid('empty');
      requireSymbol(name);
      rights.requireSystem(values.get(callerKey));
      const rows = [...store.connections.values()]
        .filter((row) => row.integrationId === integrationId)
        .filter((row) => row.projectId === '' || store.activeDeployments(row.projectId).length > 0)
        .filter((row) => answers(store.vars.get(row.connectionId)?.get(name), value));
      return { connectionIds: rows.map((row) => row.connectionId) };
    },
  };
}

/** Whether a variable is what was asked for: any, or one whose value is no secret and equal. */
function answers(row: VarRow | undefined, value: string): boolean {
  return row !== undefined && (value === '' || (!row.isSecret && row.value === value));
}

function requireScope(scopeId: string): void {
  const problem = anyIdProblem(scopeId);
  if (problem !== undefined) throw refusals.unknown(problem);
}
