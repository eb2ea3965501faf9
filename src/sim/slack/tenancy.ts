import { PluginError } from '../../core/errors.js';
import type { Random } from '../../core/random.js';
import type { Directory, InstallationRecord, InstallOptions } from './directory/directory.js';
import type { SlackApp, SlackInstallation, SlackOrganization, SlackWorkspace } from './directory/entities.js';
import type { Identifiers } from './directory/identifiers.js';
import type { Tokens } from './directory/tokens.js';
import type { Frame } from './frames/draft.js';
import { appUninstalled, tokensRevoked } from './frames/happenings.js';
import type { AppSocketsBook } from './link/app-sockets.js';

/** Installing apps, and what may happen to them and their tokens later. */
export interface Tenancy {
  install(
    app: SlackApp,
    into: SlackWorkspace | SlackOrganization,
    options?: InstallOptions,
  ): SlackInstallation;
  /** A token with which a person of the workspace creates and changes apps (`apps.manifest.*`). */
  createConfigToken(workspace: SlackWorkspace): string;
  /** The bot token goes bad (`account_inactive`), and the app is told: app_uninstalled and tokens_revoked, in any order. */
  uninstall(installation: SlackInstallation): void;
  /** From now on every call with the token is answered `error`; `token_revoked` unless said. Sockets that it opened stay. */
  revoke(token: string, error?: string): void;
  /** The person takes the app's access away: the bot token is revoked, and the app is told by tokens_revoked. */
  revokeAccess(installation: SlackInstallation): void;
  /** A new bot token; the old one is revoked. */
  rotate(installation: SlackInstallation): string;
  /** Switching it off ends every socket with `link_disabled`; new ones get that instead of hello. */
  setSocketMode(app: SlackApp, on: boolean): void;
}

export interface TenancyPorts {
  readonly directory: Directory;
  readonly tokens: Tokens;
  readonly ids: Identifiers;
  readonly random: Random;
  readonly send: (to: SlackInstallation, frame: Frame) => unknown;
  readonly sockets: AppSocketsBook;
}

export function createTenancy({ directory, tokens, ids, random, send, sockets }: TenancyPorts): Tenancy {
  const record = (installation: SlackInstallation): InstallationRecord => {
    const found = directory.installation(installation);
    if (found === undefined) throw new PluginError('bad_input', 'not an installation of this scripted Slack');
    return found;
  };
  return {
    install: (app, into, options) => directory.install(app, into, options),
    createConfigToken(workspace) {
      const token = `xoxe.xoxp-1-${ids.secret(160)}`;
      tokens.addConfig({ token, workspaceId: workspace.id });
      return token;
    },
    uninstall(installation) {
      const gone = record(installation);
      gone.active = false;
      tokens.refuse(gone.botToken, 'account_inactive');
      const frames = [appUninstalled(), tokensRevoked()];
      // Slack promises no order.
      if (random() < 0.5) frames.reverse();
      for (const frame of frames) send(gone, frame);
    },
    revoke: (token, error = 'token_revoked') => tokens.refuse(token, error),
    revokeAccess(installation) {
      tokens.refuse(record(installation).botToken, 'token_revoked');
      send(installation, tokensRevoked());
    },
    rotate(installation) {
      const rotated = record(installation);
      tokens.refuse(rotated.botToken, 'token_revoked');
      return directory.newBotToken(rotated);
    },
    setSocketMode(app, on) {
      const changed = directory.app(app.id);
      if (changed === undefined) throw new PluginError('bad_input', 'not an app of this scripted Slack');
      changed.socketMode = on;
      if (!on) for (const socket of sockets.view.sockets(app)) socket.disconnect('link_disabled', 0);
    },
  };
}
