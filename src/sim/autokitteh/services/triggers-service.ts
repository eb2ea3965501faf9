import { clone, create } from '@bufbuild/protobuf';
import { Code, ConnectError, type ServiceImpl } from '@connectrpc/connect';
import { filterProblem } from '../filters.js';
import { callerKey, type Caller } from '../identity.js';
import { newId } from '../ids.js';
import { refusals, requireId, requireSymbol } from '../refusals.js';
import type { World } from '../world.js';
import {
  Trigger_SourceType,
  TriggerSchema,
  type Trigger,
  type TriggersService,
} from '../../../gen/autokitteh/triggers/v1/triggers_pb.js';

/** Triggers of projects. */
export function triggersService({ store, rights }: World): ServiceImpl<typeof TriggersService> {
  const owned = (caller: Caller, triggerId: string): Trigger => {
    requireId(triggerId, 'trg');
    const row = store.triggers.get(triggerId);
    if (row === undefined || !rights.isMember(caller, store.orgOf(row.projectId))) throw refusals.notFound();
    return row;
  };
  return {
    create({ trigger }, { values }) {
      const row = trigger === undefined ? create(TriggerSchema) : clone(TriggerSchema, trigger);
      requireWellFormed(row);
      rights.requireMember(values.get(callerKey), store.orgOf(row.projectId));
      if ([...store.triggers.values()].some((t) => t.projectId === row.projectId && t.name === row.name))
        throw refusals.alreadyExists();
      row.triggerId = newId('trg');
      store.triggers.set(row.triggerId, row);
      return { triggerId: row.triggerId };
    },
    update({ trigger }, { values }) {
      const row = owned(values.get(callerKey), trigger?.triggerId ?? '');
      if (trigger === undefined) return {};
      const updated = { ...clone(TriggerSchema, trigger), projectId: row.projectId };
      requireWellFormed(updated);
      store.triggers.set(row.triggerId, updated);
      return {};
    },
    delete({ triggerId }, { values }) {
      owned(values.get(callerKey), triggerId);
      store.triggers.delete(triggerId);
      return {};
    },
    get: ({ triggerId }, { values }) => ({ trigger: owned(values.get(callerKey), triggerId) }),
    list({ connectionId, projectId, sourceType, orgId }, { values }) {
      const caller = values.get(callerKey);
      const scope = connectionId || projectId;
      const org = scope === '' ? orgId || rights.defaultOrg(caller) : store.orgOf(scope);
      if (!rights.isMember(caller, org))
        throw new ConnectError('server error: unauthorized', Code.PermissionDenied);
      const rows = [...store.triggers.values()]
        .filter((row) => org === undefined || store.orgOf(row.projectId) === org)
        .filter((row) => connectionId === '' || row.connectionId === connectionId)
        .filter((row) => projectId === '' || row.projectId === projectId)
        .filter((row) => sourceType === Trigger_SourceType.UNSPECIFIED || row.sourceType === sourceType);
      return { triggers: rows };
    },
  };
}

function requireWellFormed(row: Trigger): void {
  if (row.name !== '') requireSymbol(row.name, 'name');
  const problem = filterProblem(row.filter);
  if (problem !== undefined) throw refusals.invalid(`filter: ERROR: ${problem}`);
  if (row.projectId === '') throw refusals.unknown('project_id: missing');
  if (row.sourceType === Trigger_SourceType.UNSPECIFIED) throw refusals.unknown('source_type: missing');
  if (row.name === '') throw refusals.unknown('name: missing');
  if (row.sourceType === Trigger_SourceType.CONNECTION && row.connectionId === '')
    throw refusals.unknown('connection id is required for connection');
}
