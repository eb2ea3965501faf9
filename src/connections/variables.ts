import { appIdOf, appTokenProblem, botTokenProblem, pastedToken } from '../browser/token-shape.js';

/** Variables of a connection by name, secrets in clear. */
export type Variables = ReadonlyMap<string, string>;

/** Name of the app-level token: our own, so that a stock server opens no socket of its own with it. */
export const APP_TOKEN = 'socket_mode_app_token';
/** The built-in integration's name for the app-level token. */
export const BUILT_IN_APP_TOKEN = 'private_app_token';
/** The bot token, under the built-in's name: Python's `slack_client` looks for it. */
export const BOT_TOKEN = 'private_bot_token';
/** When the tokens were saved last, RFC 3339: to the millisecond, so that two savings in a row have an order. */
export const SAVED_AT = 'socket_mode_saved_at';

/** How far a connection is set up, as its variables say. */
export type SetupState =
  /** Nothing of Socket Mode is there yet. */
  | { readonly t: 'new' }
  /** Another way of connecting, which the server itself serves. */
  | { readonly t: 'other'; readonly authType: string }
  /** Served by the server's own socket; not adopted yet. */
  | { readonly t: 'built_in' }
  /** Some of what is needed is missing or malformed. */
  | { readonly t: 'incomplete'; readonly problems: readonly string[] }
  /** Both tokens are there. */
  | {
      readonly t: 'complete';
      readonly appId: string;
      readonly appToken: string;
      readonly botToken: string;
      /** Milliseconds since 1970, or 0 when unknown. */
      readonly savedAt: number;
      /** The server still holds the built-in's token, and with it perhaps a socket. */
      readonly adopting: boolean;
    };

/** Reads how far a connection is set up from its variables. Both spellings of Socket Mode count. */
export function setupStateOf(variables: Variables): SetupState {
  const authType = variables.get('auth_type') ?? '';
  const appToken = pastedToken(variables.get(APP_TOKEN) ?? '');
  const botToken = pastedToken(variables.get(BOT_TOKEN) ?? '');
  const builtIn = variables.has(BUILT_IN_APP_TOKEN);
  if (!isSocketMode(authType) && authType !== '') return { t: 'other', authType };
  if (appToken === '' && botToken === '') return builtIn ? { t: 'built_in' } : { t: 'new' };
  if (appToken === '' && builtIn) return { t: 'built_in' };
  const problems = [
    ...problem(APP_TOKEN, appToken, appTokenProblem),
    ...problem(BOT_TOKEN, botToken, botTokenProblem),
  ];
  if (problems.length > 0) return { t: 'incomplete', problems };
  const appId = appIdOf(appToken);
  const savedAt = Date.parse(variables.get(SAVED_AT) ?? '');
  return { t: 'complete', appId, appToken, botToken, savedAt: savedAt || 0, adopting: builtIn };
}

/** A value of `SAVED_AT` from milliseconds since 1970. */
export function savedAtText(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.000Z$/, 'Z');
}

/** AutoKitteh's web UI says `socket`, its own page and server say `socketMode`. */
export function isSocketMode(authType: string): boolean {
  return authType === 'socketMode' || authType === 'socket';
}

/** A connection's variables, absent until they were read once, and what they say. */
interface ReadSetup {
  readonly variables: Variables | undefined;
  readonly setup: SetupState;
}

/** Whether a connection is known to use Socket Mode: until its variables were read nothing is known of it. */
export function usesSocketMode(read: ReadSetup): boolean {
  return read.variables !== undefined && !isOthers(read);
}

/** Whether its variables say that it is the server's to judge: it connects another way, or is not set up. */
export function isOthers({ variables, setup }: ReadSetup): boolean {
  if (variables === undefined) return false;
  return setup.t === 'other' || (setup.t === 'new' && !isSocketMode(variables.get('auth_type') ?? ''));
}

/** With the name of the variable, because somebody may have written it past the page. */
function problem(name: string, value: string, judge: (token: string) => string): string[] {
  if (value === '') return [`${name} is missing.`];
  const sentence = judge(value);
  return sentence === '' ? [] : [`${name}: ${sentence}`];
}
