import { channelJson, profileJson, userJson } from './entities-json.js';
import {
  installationOf,
  refuse,
  text,
  type MethodAnswer,
  type MethodCall,
  type MethodTable,
} from './method.js';
import { paged } from './pages.js';
import { channelsOf, usersOf, withUser } from './places.js';
import type { ChannelKind } from '../directory/entities.js';

/** `users.*`. */
export const userMethods: MethodTable = {
  'users.info': {
    scopes: ['users:read'],
    run: (call) => withUser(call, (user) => ({ ok: true, user: userJson(user, call.token.scopes) })),
  },
  'users.list': {
    scopes: ['users:read'],
    run: (call) =>
      paged(
        call.args,
        'members',
        usersOf(call).map((user) => userJson(user, call.token.scopes)),
      ),
  },
  'users.lookupByEmail': {
    scopes: ['users:read.email'],
    run(call) {
      const email = text(call.args, 'email');
      const user = usersOf(call).find((each) => each.email !== '' && each.email === email);
      return user === undefined
        ? refuse('users_not_found')
        : { ok: true, user: userJson(user, call.token.scopes) };
    },
  },
  'users.profile.get': {
    scopes: ['users.profile:read'],
    run: (call) => withUser(call, (user) => ({ ok: true, profile: profileJson(user, call.token.scopes) })),
  },
  'users.conversations': { run: conversations },
  'users.getPresence': {
    scopes: ['users:read'],
    run: () => ({ ok: true, presence: 'active' }),
  },
};

/** Slack: "users.conversations", the kinds that can be asked for, each with the scope that it needs. */
const KINDS: Readonly<Record<string, readonly [kind: ChannelKind, scope: string]>> = {
  public_channel: ['channel', 'channels:read'],
  private_channel: ['group', 'groups:read'],
  im: ['im', 'im:read'],
  mpim: ['mpim', 'mpim:read'],
};

/** The conversations that a member is in; without `user`, the bot. */
function conversations(call: MethodCall): MethodAnswer {
  const types = text(call.args, 'types') || 'public_channel';
  const wanted = types.split(',').map((type) => KINDS[type.trim()]);
  const kinds = wanted.filter((kind) => kind !== undefined);
  if (kinds.length < wanted.length) return refuse('invalid_types');
  const provided = call.token.scopes;
  const needed = kinds.map(([, scope]) => scope).filter((scope) => !provided.includes(scope));
  if (needed.length > 0)
    return refuse('missing_scope', { needed: needed.join(','), provided: provided.join(',') });
  const member = text(call.args, 'user') || (installationOf(call)?.botUser.id ?? '');
  const noArchived = ['true', '1'].includes(text(call.args, 'exclude_archived'));
  const there = channelsOf(call).filter(
    (channel) =>
      kinds.some(([kind]) => kind === channel.kind) &&
      channel.members.has(member) &&
      !(noArchived && channel.archived),
  );
  return paged(call.args, 'channels', there.map(channelJson));
}
