import { isJsonObject, type JsonObject } from '../../../core/json.js';
import { isMember } from './membership.js';
import { refuse, text, type CheckedMethod, type MethodTable } from './method.js';
import { withChannel } from './places.js';

/** `reactions.*`: kept in the message, as Slack does. */
export const reactionMethods: MethodTable = {
  'reactions.add': reacting('reactions:write', (reactions, name, user) => {
    if (reactions.some((each) => each.name === name && users(each).includes(user))) return 'already_reacted';
    const found = reactions.find((each) => each.name === name);
    const who = found === undefined ? [user] : [...users(found), user];
    return [...reactions.filter((each) => each !== found), { name, users: who, count: who.length }];
  }),
  'reactions.remove': reacting('reactions:write', (reactions, name, user) => {
    const found = reactions.find((each) => each.name === name && users(each).includes(user));
    if (found === undefined) return 'no_reaction';
    const who = users(found).filter((each) => each !== user);
    const others = reactions.filter((each) => each !== found);
    return who.length === 0 ? others : [...others, { name, users: who, count: who.length }];
  }),
  'reactions.get': reacting(
    'reactions:read',
    (reactions) => reactions,
    (message) => ({ type: 'message', message }),
  ),
};

/** A method on the reactions of one message; `change` gives the new ones, or Slack's error. */
function reacting(
  scope: string,
  change: (reactions: JsonObject[], name: string, user: string) => JsonObject[] | string,
  answer: (message: JsonObject) => JsonObject = () => ({}),
): CheckedMethod {
  return {
    scopes: [scope],
    run: (call) =>
      withChannel(call, (channel) => {
        // Slack has no `not_in_channel` for these: a private channel that the bot is not in does not exist for it.
        if (channel.kind !== 'channel' && !isMember(call, channel)) return refuse('channel_not_found');
        const message = channel.messages.find((each) => each.ts === text(call.args, 'timestamp'));
        if (message === undefined) return refuse('message_not_found');
        const before = Array.isArray(message.reactions) ? message.reactions.filter(isJsonObject) : [];
        const after = change(before, text(call.args, 'name'), call.token.installation?.botUser.id ?? '');
        if (typeof after === 'string') return refuse(after);
        message.reactions = after;
        return { ok: true, ...answer(message) };
      }),
  };
}

function users(reaction: JsonObject): string[] {
  return Array.isArray(reaction.users) ? reaction.users.filter((each) => typeof each === 'string') : [];
}
