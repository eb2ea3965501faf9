import type { SlackChannel, SlackUser, SlackWorkspace } from '../directory/entities.js';
import { refuse, text, type MethodAnswer, type MethodCall } from './method.js';

/** The workspaces that a bot token sees. */
export function workspacesOf({ token }: MethodCall): readonly SlackWorkspace[] {
  const { installation } = token;
  if (installation === undefined) return [];
  return installation.workspace === undefined
    ? (installation.organization?.workspaces ?? [])
    : [installation.workspace];
}

/** The workspace that a call is about: `team_id`, else the first that the token sees. */
export function workspaceOf(call: MethodCall): SlackWorkspace | undefined {
  const wanted = text(call.args, 'team_id');
  const seen = workspacesOf(call);
  return wanted === '' ? seen[0] : seen.find((workspace) => workspace.id === wanted);
}

export function channelsOf(call: MethodCall): SlackChannel[] {
  return workspacesOf(call).flatMap((workspace) => workspace.channels);
}

export function usersOf(call: MethodCall): SlackUser[] {
  return [...new Set(workspacesOf(call).flatMap((workspace) => workspace.users))];
}

/** Runs `found` on the channel that `channel` names, if the token sees it. */
export function withChannel(call: MethodCall, found: (channel: SlackChannel) => MethodAnswer): MethodAnswer {
  const id = text(call.args, 'channel');
  const channel = channelsOf(call).find((each) => each.id === id);
  return channel === undefined ? refuse('channel_not_found') : found(channel);
}

/** Runs `found` on the user that `user` names, if the token sees them. */
export function withUser(call: MethodCall, found: (user: SlackUser) => MethodAnswer): MethodAnswer {
  const id = text(call.args, 'user');
  const user = usersOf(call).find((each) => each.id === id);
  return user === undefined ? refuse('user_not_found') : found(user);
}
