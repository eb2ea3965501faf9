import type { ServiceImpl } from '@connectrpc/connect';
import { callerId, callerKey } from '../identity.js';
import { newId } from '../ids.js';
import { refusals, requireId } from '../refusals.js';
import type { OrgRow } from '../store.js';
import type { World } from '../world.js';
import { OrgMemberStatus, type OrgsService } from '../../../gen/autokitteh/orgs/v1/orgs_pb.js';

/** Organisations; visible to their members alone. */
export function orgsService({ store, rights }: World): Partial<ServiceImpl<typeof OrgsService>> {
  const member = (row: OrgRow, userId: string) => ({
    userId,
    orgId: row.orgId,
    status: OrgMemberStatus.ACTIVE,
    roles: ['admin'],
  });
  return {
    create({ org }, { values }) {
      const orgId = newId('org');
      const memberIds = new Set([callerId(values.get(callerKey))]);
      store.orgs.set(orgId, { orgId, name: org?.name ?? '', displayName: org?.displayName ?? '', memberIds });
      return { orgId };
    },
    get({ orgId, name }, { values }) {
      requireId(orgId, 'org');
      const row = [...store.orgs.values()].find(
        (org) => org.orgId === orgId || (name !== '' && org.name === name),
      );
      if (row === undefined || !rights.isMember(values.get(callerKey), row.orgId)) throw refusals.notFound();
      return { org: row };
    },
    addMember({ member: added }, { values }) {
      const row = store.orgs.get(added?.orgId ?? '');
      rights.requireMember(values.get(callerKey), row?.orgId);
      if (row !== undefined && added !== undefined) row.memberIds.add(added.userId);
      return {};
    },
    getOrgsForUser({ userId }, { values }) {
      const caller = values.get(callerKey);
      const wanted = userId === '' ? callerId(caller) : userId;
      if (wanted !== callerId(caller)) rights.requireSystem(caller);
      const rows = [...store.orgs.values()].filter((row) => row.memberIds.has(wanted));
      return { orgs: rows, members: rows.map((row) => member(row, wanted)) };
    },
  };
}
