import type { JsonObject } from '../../../core/json.js';
import type { ConfigTokenRecord, TokenRecord, Tokens } from '../directory/tokens.js';
import { refuse, type CheckedMethod, type MethodAnswer } from './method.js';

/** Whether a call may go on, by Slack's rules and with Slack's errors. */
export type Authorization =
  | { readonly ok: true; readonly record: TokenRecord }
  | { readonly ok: false; readonly answer: MethodAnswer; readonly record: TokenRecord | undefined };

/** The bearer token; else the `token` argument. */
export function tokenOf(header: string | undefined, args: JsonObject): string {
  const bearer = /^Bearer\s+(.+)$/i.exec(header ?? '')?.[1];
  return bearer ?? (typeof args.token === 'string' ? args.token : '');
}

/** The same for an app configuration token. */
export type ConfigAuthorization =
  | { readonly ok: true; readonly record: ConfigTokenRecord }
  | { readonly ok: false; readonly answer: MethodAnswer };

export function authorizeConfig(tokens: Tokens, token: string): ConfigAuthorization {
  const record = tokens.findConfig(token);
  const no = (error: string): ConfigAuthorization => ({ ok: false, answer: refuse(error) });
  if (token === '') return no('not_authed');
  if (record === undefined)
    return no(tokens.find(token) === undefined ? 'invalid_auth' : 'not_allowed_token_type');
  return record.refusal === undefined ? { ok: true, record } : no(record.refusal);
}

export function authorize(
  tokens: Tokens,
  method: CheckedMethod,
  token: string,
  inHeader: boolean,
): Authorization {
  const record = tokens.find(token);
  const no = (error: string, more?: JsonObject): Authorization => ({
    ok: false,
    answer: refuse(error, more),
    record,
  });
  if (token === '') return no('not_authed');
  if (record === undefined)
    return no(tokens.findConfig(token) === undefined ? 'invalid_auth' : 'not_allowed_token_type');
  if (record.refusal !== undefined) return no(record.refusal);
  const wanted = method.token ?? 'bot';
  if (wanted !== 'any' && record.kind !== wanted) return no('not_allowed_token_type');
  // Slack takes app-level tokens in the Authorization header only.
  if (record.kind === 'app' && !inHeader) return no('not_authed');
  const { scopes } = method;
  if (scopes !== undefined && !scopes.some((scope) => record.scopes.includes(scope)))
    return no('missing_scope', { needed: scopes.join(','), provided: record.scopes.join(',') });
  return { ok: true, record };
}
