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
  const journalUrl = placeOfJournal(config);
  if (isShared(journalUrl)) requireForShared(config);
  return {
    ...config,
    journalUrl,
    pluginToken: await portToken('pluginToken', config),
    opsToken: await portToken('opsToken', config),
  };
}

/** Where the journal is. Throws `bad_config` where no setting says so and the user has no home directory. */
export function placeOfJournal({ journalUrl }: Config): string {
  if (journalUrl !== undefined) return journalUrl;
  throw new PluginError(
    'bad_config',
    'there is no place for the journal, because this user has no home directory: set JOURNAL_URL to sqlite:<path>',
  );
}

/** Processes that share a journal have no folder in common, and no address that one of them could guess. */
function requireForShared({ pluginToken, opsToken, gatewayPublicUrl, gatewayListen }: Config): void {
  const missing = [
    pluginToken === undefined &&
      'PLUGIN_TOKEN is required with a journal in PostgreSQL: give every replica the same one',
    opsToken === undefined &&
      'OPS_TOKEN is required with a journal in PostgreSQL: give every replica the same one',
    gatewayPublicUrl === undefined &&
      gatewayListen !== 'off' &&
      'GATEWAY_PUBLIC_URL is required with a journal in PostgreSQL: set it to the address at which people and workflows reach any of the replicas',
  ].filter((sentence) => sentence !== false);
  if (missing.length > 0) throw new PluginError('bad_config', missing.join('\n'));
}
