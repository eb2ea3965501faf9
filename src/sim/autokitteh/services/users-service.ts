import type { ServiceImpl } from '@connectrpc/connect';
import { callerKey, userMessage } from '../identity.js';
import { DEFAULT_USER_ID, newId } from '../ids.js';
import { refusals, requireId } from '../refusals.js';
import type { Store, UserRow } from '../store.js';
import type { World } from '../world.js';
import { UserStatus, type UsersService } from '../../../gen/autokitteh/users/v1/users_pb.js';

/** Adds a user with an organisation of the own, as AutoKitteh does. */
export function addUser(store: Store, user: Pick<UserRow, 'email' | 'displayName' | 'status'>): UserRow {
  const row = { userId: newId('usr'), defaultOrgId: newId('org'), ...user };
  store.users.set(row.userId, row);
  store.orgs.set(row.defaultOrgId, {
    orgId: row.defaultOrgId,
    name: `org_of_${row.userId}`,
    displayName: `${user.displayName}'s Personal Org`,
    memberIds: new Set([row.userId]),
  });
  return row;
}

/** Users. Only the system makes and changes them; everybody may look. */
export function usersService({ store, rights }: World): Partial<ServiceImpl<typeof UsersService>> {
  const found = (userId: string, email: string): UserRow => {
    requireId(userId, 'usr');
    const row = [...store.users.values()].find(
      (user) => user.userId === userId || (email !== '' && user.email === email),
    );
    if (row === undefined) throw refusals.notFound();
    return row;
  };
  return {
    create({ user }, { values }) {
      rights.requireSystem(values.get(callerKey));
      const { email = '', displayName = '' } = user ?? {};
      const status = user?.status || UserStatus.ACTIVE;
      if ([...store.users.values()].some((row) => row.email === email && row.userId !== DEFAULT_USER_ID))
        throw refusals.alreadyExists();
      return { userId: addUser(store, { email, displayName, status }).userId };
    },
    get: ({ userId, email }) => ({ user: userMessage(found(userId, email)) }),
    getID: ({ email }) => ({ userId: found('', email).userId }),
    update({ user, fieldMask }, { values }) {
      rights.requireSystem(values.get(callerKey));
      const row = found(user?.userId ?? '', '');
      const paths = fieldMask?.paths ?? [];
      if (user !== undefined && paths.includes('status')) row.status = user.status;
      if (user !== undefined && paths.includes('display_name')) row.displayName = user.displayName;
      return {};
    },
  };
}
