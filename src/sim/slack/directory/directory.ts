import { usualManifest } from './app-manifest.js';
import { botScopesOf, createApp, settingsOf, type AppRecord } from './apps.js';
import { createWorkspace } from './workspaces.js';
import type { JsonObject } from '../../../core/json.js';
import type { Identifiers } from './identifiers.js';
import type {
  SlackApp,
  SlackChannel,
  SlackInstallation,
  SlackOrganization,
  SlackUser,
  SlackWorkspace,
} from './entities.js';
import type { Tokens } from './tokens.js';

/** An installation as the scripted Slack itself sees it. */
export interface InstallationRecord extends SlackInstallation {
  botToken: string;
  active: boolean;
}

export interface InstallOptions {
  /** Granted bot scopes; by default those of the app's manifest. */
  readonly scopes?: readonly string[];
  readonly botName?: string;
}

/** Who and what exists: organizations, workspaces, people, channels, apps, installations. */
export interface Directory {
  addOrganization(name?: string): SlackOrganization;
  addWorkspace(name?: string, organization?: SlackOrganization): SlackWorkspace;
  /** With `manifest`, by that; else with the scopes of the app that AutoKitteh's documentation has people create. */
  addApp(name?: string, manifest?: JsonObject): SlackApp;
  /** As `apps.manifest.create` does it, from that workspace. */
  createApp(manifest: JsonObject, homeId: string): AppRecord;
  replaceManifest(app: AppRecord, manifest: JsonObject): void;
  install(
    app: SlackApp,
    into: SlackWorkspace | SlackOrganization,
    options?: InstallOptions,
  ): InstallationRecord;
  /** A new bot token for the installation; the old one is not refused by this. */
  newBotToken(installation: InstallationRecord): string;
  app(id: string): AppRecord | undefined;
  installation(installation: SlackInstallation): InstallationRecord | undefined;
  installationsOf(appId: string): InstallationRecord[];
  bot(botId: string): InstallationRecord | undefined;
  channel(id: string): SlackChannel | undefined;
  user(id: string): SlackUser | undefined;
  workspace(id: string): SlackWorkspace | undefined;
}

export function createDirectory(ids: Identifiers, tokens: Tokens): Directory {
  const workspaces = new Map<string, SlackWorkspace>();
  const apps = new Map<string, AppRecord>();
  const installations: InstallationRecord[] = [];

  const newBotToken = (installation: InstallationRecord): string => {
    const token = `xoxb-${ids.digits(12)}-${ids.digits(13)}-${ids.secret(24)}`;
    tokens.add({ token, kind: 'bot', app: installation.app, installation, scopes: installation.scopes });
    installation.botToken = token;
    return token;
  };

  return {
    newBotToken,
    addOrganization: (name = 'Synthetic Org') => ({ id: ids.object('E'), name, workspaces: [] }),
    addWorkspace(name = 'Synthetic', organization) {
      const workspace = createWorkspace(ids, name, organization);
      workspaces.set(workspace.id, workspace);
      organization?.workspaces.push(workspace);
      return workspace;
    },
    addApp(name = 'Synthetic App', manifest = usualManifest(name)) {
      const app = createApp(ids, tokens, manifest);
      apps.set(app.id, app);
      return app;
    },
    createApp(manifest, homeId) {
      const app = createApp(ids, tokens, manifest, homeId);
      apps.set(app.id, app);
      return app;
    },
    replaceManifest: (app, manifest) => void Object.assign(app, settingsOf(manifest)),
    install(app, into, options = {}) {
      const workspace = 'domain' in into ? into : undefined;
      const organization = workspace === undefined ? (into as SlackOrganization) : workspace.organization;
      const name = options.botName ?? 'autokitteh';
      const botUser: SlackUser = {
        id: ids.object('U'),
        name,
        realName: name,
        email: '',
        teamId: into.id,
        isBot: true,
      };
      const installation: InstallationRecord = {
        app,
        workspace,
        organization,
        botUser,
        botId: ids.object('B'),
        scopes: options.scopes ?? botScopesOf(app),
        botToken: '',
        active: true,
      };
      newBotToken(installation);
      for (const home of workspace === undefined ? (organization?.workspaces ?? []) : [workspace])
        addBot(home, botUser);
      installations.push(installation);
      return installation;
    },
    app: (id) => apps.get(id),
    installation: (installation) => installations.find((each) => each === installation),
    installationsOf: (appId) => installations.filter((each) => each.app.id === appId && each.active),
    bot: (botId) => installations.find((each) => each.botId === botId),
    channel: (id) => find(workspaces.values(), (workspace) => workspace.channels, id),
    user: (id) => find(workspaces.values(), (workspace) => workspace.users, id),
    workspace: (id) => workspaces.get(id),
  };
}

/** The bot is a person like the others, and has been invited to all channels that are there. */
function addBot({ users, channels }: SlackWorkspace, bot: SlackUser): void {
  users.push(bot);
  for (const channel of channels) channel.members.add(bot.id);
}

function find<Item extends { readonly id: string }>(
  workspaces: Iterable<SlackWorkspace>,
  items: (workspace: SlackWorkspace) => readonly Item[],
  id: string,
): Item | undefined {
  for (const workspace of workspaces) {
    const found = items(workspace).find((item) => item.id === id);
    if (found !== undefined) return found;
  }
  return undefined;
}
