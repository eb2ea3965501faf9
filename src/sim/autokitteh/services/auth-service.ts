import { create } from '@bufbuild/protobuf';
import type { ServiceImpl } from '@connectrpc/connect';
import { callerId, callerKey, userMessage } from '../identity.js';
import { SYSTEM_USER_ID } from '../ids.js';
import { refusals } from '../refusals.js';
import type { World } from '../world.js';
import type { AuthService } from '../../../gen/autokitteh/auth/v1/auth_pb.js';
import { UserSchema, UserStatus } from '../../../gen/autokitteh/users/v1/users_pb.js';

const SYSTEM_USER = create(UserSchema, {
  userId: SYSTEM_USER_ID,
  displayName: 'System User',
  status: UserStatus.ACTIVE,
});

export function authService({ store, identity }: World): ServiceImpl<typeof AuthService> {
  return {
    whoAmI(_, { values }) {
      const row = store.users.get(callerId(values.get(callerKey)));
      return { user: row === undefined ? SYSTEM_USER : userMessage(row) };
    },
    async createToken(_, { values }) {
      const row = store.users.get(callerId(values.get(callerKey)));
      if (row === undefined) throw refusals.unauthenticated();
      return { token: await identity.mint(row) };
    },
  };
}
