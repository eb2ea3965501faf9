import { profileJson, userJson } from './entities-json.js';
import { refuse, text, type MethodTable } from './method.js';
import { paged } from './pages.js';
import { usersOf, withUser } from './places.js';

/** `users.*`. */
export const userMethods: MethodTable = {
  'users.info': {
    scopes: ['users:read'],
    run: (call) => withUser(call, (user) => ({ ok: true, user: userJson(user) })),
  },
  'users.list': {
    scopes: ['users:read'],
    run: (call) => paged(call.args, 'members', usersOf(call).map(userJson)),
  },
  'users.lookupByEmail': {
    scopes: ['users:read.email'],
    run(call) {
      const email = text(call.args, 'email');
      const user = usersOf(call).find((each) => each.email !== '' && each.email === email);
      return user === undefined ? refuse('users_not_found') : { ok: true, user: userJson(user) };
    },
  },
  'users.profile.get': {
    scopes: ['users.profile:read'],
    run: (call) => withUser(call, (user) => ({ ok: true, profile: profileJson(user) })),
  },
  'users.getPresence': {
    scopes: ['users:read'],
    run: () => ({ ok: true, presence: 'active' }),
  },
};
