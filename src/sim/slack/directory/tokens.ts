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

/** Every token, good or not any more. */
export interface Tokens {
  add(record: Omit<TokenRecord, 'refusal'>): void;
  find(token: string): TokenRecord | undefined;
  /** From now on every call with `token` is answered `error`: `token_revoked`, `account_inactive`, `token_expired`... */
  refuse(token: string, error: string): void;
}

export function createTokens(): Tokens {
  const records = new Map<string, TokenRecord>();
  return {
    add: (record) => void records.set(record.token, { ...record, refusal: undefined }),
    find: (token) => records.get(token),
    refuse(token, error) {
      const record = records.get(token);
      if (record === undefined) throw new PluginError('bad_input', 'no such token was ever given out');
      record.refusal = error;
    },
  };
}
