import type { SlackApp, SlackInstallation } from '../../src/sim/slack/directory/entities.js';

/** A variable as AutoKitteh's service takes it, but for its scope. */
interface StoredVariable {
  readonly name: string;
  readonly value: string;
  readonly isSecret: boolean;
}

/** What a saved Socket Mode connection holds, for tests that do not go through the page; `more` comes on top. */
export function socketModeVariables(
  app: SlackApp,
  installation: SlackInstallation,
  more: Readonly<Record<string, string>> = {},
): StoredVariable[] {
  const secrets = { socket_mode_app_token: app.createAppToken(), private_bot_token: installation.botToken };
  const plain = {
    auth_type: 'socketMode',
    app_id: app.id,
    install_ids: `${app.id}//${installation.workspace?.id ?? ''}`,
    ...more,
  };
  const stored = (values: Readonly<Record<string, string>>, isSecret: boolean): StoredVariable[] =>
    Object.entries(values).map(([name, value]) => ({ name, value, isSecret }));
  return [...stored(secrets, true), ...stored(plain, false)];
}
