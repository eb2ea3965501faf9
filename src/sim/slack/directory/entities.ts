import { PluginError } from '../../../core/errors.js';
import type { JsonObject } from '../../../core/json.js';

/** A person or a bot of a workspace. */
export interface SlackUser {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly email: string;
  readonly teamId: string;
  readonly isBot: boolean;
}

/** What conversations are called in a message's `channel_type`. */
export type ChannelKind = 'channel' | 'group' | 'im' | 'mpim';

export interface SlackChannel {
  readonly id: string;
  readonly kind: ChannelKind;
  readonly teamId: string;
  readonly members: Set<string>;
  /** Every message that is in it, oldest first, as `conversations.history` gives them. */
  readonly messages: JsonObject[];
  name: string;
  topic: string;
  purpose: string;
  archived: boolean;
}

/** An Enterprise Grid organization. */
export interface SlackOrganization {
  readonly id: string;
  readonly name: string;
  readonly workspaces: SlackWorkspace[];
}

/** A workspace, with one person (`users[0]`) and one channel (`channels[0]`, `#general`) from the beginning. */
export interface SlackWorkspace {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  readonly organization: SlackOrganization | undefined;
  readonly users: SlackUser[];
  readonly channels: SlackChannel[];
  addUser(name: string): SlackUser;
  addChannel(name: string, kind?: ChannelKind): SlackChannel;
}

/** A Slack app. */
export interface SlackApp {
  readonly id: string;
  readonly name: string;
  /** Whether its settings allow Socket Mode; `setSocketMode` of the scripted Slack changes it. */
  readonly socketMode: boolean;
  /** Its settings, as `apps.manifest.export` gives them. */
  readonly manifest: JsonObject;
  /** Hourly retries for a day, after the first three. Off unless switched on. */
  delayedEvents: boolean;
  /** A new app-level token; the older ones stay valid until they are revoked. */
  createAppToken(scopes?: readonly string[]): string;
}

/** An app in a workspace, or in a whole organization (then `workspace` is undefined). */
export interface SlackInstallation {
  readonly app: SlackApp;
  readonly workspace: SlackWorkspace | undefined;
  readonly organization: SlackOrganization | undefined;
  readonly botUser: SlackUser;
  readonly botId: string;
  readonly scopes: readonly string[];
  /** Changes when it is rotated. */
  readonly botToken: string;
  /** False once it has been uninstalled. */
  readonly active: boolean;
}

/** The workspace that an installation's events come from when nothing else is said: its own, or the organization's first. */
export function homeOf(installation: SlackInstallation): SlackWorkspace {
  const workspace = installation.workspace ?? installation.organization?.workspaces[0];
  if (workspace === undefined)
    throw new PluginError('bad_input', 'the organization has no workspace: add one first');
  return workspace;
}
