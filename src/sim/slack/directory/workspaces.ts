import type { ChannelKind, SlackChannel, SlackOrganization, SlackUser, SlackWorkspace } from './entities.js';
import type { Identifiers } from './identifiers.js';

const PREFIX: Readonly<Record<ChannelKind, string>> = { channel: 'C', group: 'C', im: 'D', mpim: 'C' };

export function createWorkspace(
  ids: Identifiers,
  name: string,
  organization: SlackOrganization | undefined,
): SlackWorkspace {
  const id = ids.object('T');
  const domain = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  const users: SlackUser[] = [];
  const channels: SlackChannel[] = [];
  const workspace: SlackWorkspace = {
    id,
    name,
    domain,
    organization,
    users,
    channels,
    addUser(userName) {
      const user: SlackUser = {
        id: ids.object('U'),
        name: userName,
        realName: userName,
        email: `${userName}@${domain}.example`,
        teamId: id,
        isBot: false,
      };
      users.push(user);
      return user;
    },
    addChannel(channelName, kind = 'channel') {
      const channel: SlackChannel = {
        id: ids.object(PREFIX[kind]),
        name: channelName,
        kind,
        teamId: id,
        members: new Set(users.map((user) => user.id)),
        messages: [],
        topic: '',
        purpose: '',
        archived: false,
      };
      channels.push(channel);
      return channel;
    },
  };
  workspace.addUser('syn.user');
  workspace.addChannel('general');
  return workspace;
}
