import type { Config } from './config.js';
import { PluginError } from './core/errors.js';
import { portToken } from './port-tokens.js';
import { isShared } from './storage/open.js';

/** What a start needs besides, and the other commands do not. */
export interface StartConfig extends Config {
  readonly journalUrl: string;
  /** Opens the contract's RPCs, which return secrets. */
  readonly pluginToken: string;
  /** Opens `/metrics` and `/ops/`. */
  readonly opsToken: string;
}

/** Adds credentials of the plugin port that no setting gives; makes their files at the first start. */
export async function startConfig(config: Config): Promise<StartConfig> {
  const { journalUrl } = config;
  if (journalUrl === undefined)
    throw new PluginError(
      'bad_config',
      'there is no place for the journal, because this user has no home directory: set JOURNAL_URL to sqlite:<path>',
    );
  if (isShared(journalUrl)) requireForShared(config);
  return {
    ...config,
    journalUrl,
    pluginToken: await portToken('pluginToken', config),
    opsToken: await portToken('opsToken', config),
  };
}

/** Processes that share a journal have no folder in common, and no address that one of them could guess. */
function requireForShared({ pluginToken, opsToken, gatewayPublicUrl, gatewayListen }: Config): void {
  const missing = Object.entries({
    PLUGIN_TOKEN: pluginToken,
    OPS_TOKEN: opsToken,
    ...(gatewayListen === 'off' ? {} : { GATEWAY_PUBLIC_URL: gatewayPublicUrl }),
  }).flatMap(([name, value]) => (value === undefined ? [name] : []));
  if (missing.length > 0)
    throw new PluginError(
      'bad_config',
      `with a journal in PostgreSQL these settings are required: ${missing.join(', ')}`,
    );
}
