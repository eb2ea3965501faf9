import { PluginError } from '../../../core/errors.js';
import type { SlackApp, SlackInstallation } from './entities.js';

/** Bot tokens begin with `xoxb-`, app-level ones with `xapp-`. */
export type TokenKind = 'bot' | 'app';

/** One token that was ever given out. */
export interface TokenRecord {
  readonly token: string;
  readonly kind: TokenKind;
  readonly app: SlackApp;
  /** Of a bot token; app-level ones belong to no workspace. */
  readonly installation: SlackInstallation | undefined;
  readonly scopes: readonly string[];
  /** Slack's error for it, such as `token_revoked`; undefined while it is good. */
  refusal: string | undefined;
}

/** A token with which a person creates and changes apps from one workspace. It begins with `xoxe.xoxp-`. */
export interface ConfigTokenRecord {
  readonly token: string;
  readonly workspaceId: string;
  /** Slack's error for it, such as `token_expired`; undefined while it is good. */
  refusal: string | undefined;
}

/** Every token, good or not any more. */
export interface Tokens {
  add(record: Omit<TokenRecord, 'refusal'>): void;
  find(token: string): TokenRecord | undefined;
  addConfig(record: Omit<ConfigTokenRecord, 'refusal'>): void;
  findConfig(token: string): ConfigTokenRecord | undefined;
  /** From now on every call with `token` is answered `error`: `token_revoked`, `account_inactive`, `token_expired`... */
  refuse(token: string, error: string): void;
}

export function createTokens(): Tokens {
  const records = new Map<string, TokenRecord>();
  const configs = new Map<string, ConfigTokenRecord>();
  return {
    add: (record) => void records.set(record.token, { ...record, refusal: undefined }),
    find: (token) => records.get(token),
    addConfig: (record) => void configs.set(record.token, { ...record, refusal: undefined }),
    findConfig: (token) => configs.get(token),
    refuse(token, error) {
      const record = records.get(token) ?? configs.get(token);
      if (record === undefined) throw new PluginError('bad_input', 'no such token was ever given out');
      record.refusal = error;
    },
  };
}
