import type { Variable } from '../autokitteh/client.js';
import { pastedToken } from '../browser/token-shape.js';
import {
  APP_TOKEN,
  BOT_TOKEN,
  BUILT_IN_APP_TOKEN,
  SAVED_AT,
  savedAtText,
  type Variables,
} from '../connections/variables.js';
import type { Clock } from '../core/clock.js';
import { PluginError } from '../core/errors.js';
import { checkTokens, type TokenCheck, type Tokens } from './check-tokens.js';
import type { OwnConnection } from './connection-access.js';
import type { PersonsAutoKitteh, SetupPorts } from './ports.js';
import { IDENTITY_VARIABLES, identityVariables } from './slack-identity.js';
import type { SlackWebApi } from '../slack/web-api.js';

// AutoKitteh: vars.max_value_size, checked on the plain value.
const LARGEST_VALUE = 8092;

export interface SavePorts {
  readonly slack: SlackWebApi;
  readonly autokitteh: PersonsAutoKitteh;
  readonly clock: Clock;
  /** Told when both tokens are stored. */
  readonly connections?: Pick<SetupPorts['connections'], 'learn'> | undefined;
}

export interface SaveRequest extends Tokens {
  /** A connection that the person may use: see `findConnection`. */
  readonly connectionId: string;
  /** `socketMode` or `socket`; stored as it came, because each user interface looks for its own spelling. */
  readonly authType: string;
}

/**
 * Checks both tokens with Slack and, only if all is right, stores them with what Slack said of them, in one call with
 * the person's rights. The answer is the check: `passed` means stored. Rejects with `bad_input` for a value that the
 * server would refuse, and with whatever the server refuses.
 */
export async function saveConnection(
  { slack, autokitteh, clock, connections }: SavePorts,
  request: SaveRequest,
  signal: AbortSignal,
): Promise<TokenCheck> {
  const tokens = { botToken: pastedToken(request.botToken), appToken: pastedToken(request.appToken) };
  // Before Slack is asked: a text of that size is no token.
  refuseLarge([
    ['the bot token', tokens.botToken],
    ['the app-level token', tokens.appToken],
  ]);
  const check = await checkTokens(slack, tokens, [], signal);
  if (check.t === 'failed') return check;
  const variables: Variable[] = [
    { name: 'auth_type', value: request.authType, isSecret: false },
    { name: APP_TOKEN, value: tokens.appToken, isSecret: true },
    { name: BOT_TOKEN, value: tokens.botToken, isSecret: true },
    ...identityVariables(check.identity),
    { name: SAVED_AT, value: savedAtText(clock.now()), isSecret: false },
  ];
  refuseLarge(variables.map(({ name, value }) => [name, value]));
  signal.throwIfAborted();
  await autokitteh.setVariables(request.connectionId, variables, signal);
  connections?.learn(tokens, check.identity.owner, check.identity.teamName);
  return check;
}

function refuseLarge(values: readonly (readonly [name: string, value: string])[]): void {
  for (const [name, value] of values) {
    if (Buffer.byteLength(value) > LARGEST_VALUE) {
      throw new PluginError('bad_input', `${name} is larger than ${LARGEST_VALUE} bytes`);
    }
  }
}

/** The tokens of a connection, ours or those of the built-in integration; empty where there is none. */
export function storedTokens(variables: Variables): Tokens {
  const appToken = variables.get(APP_TOKEN) ?? variables.get(BUILT_IN_APP_TOKEN) ?? '';
  return { botToken: variables.get(BOT_TOKEN) ?? '', appToken };
}

/** What a person typed, and what is stored where a field was left empty. */
export function typedOrStored(typed: Tokens, variables: Variables): Tokens {
  const stored = storedTokens(variables);
  return {
    botToken: pastedToken(typed.botToken) || stored.botToken,
    appToken: pastedToken(typed.appToken) || stored.appToken,
  };
}

/** Deletes everything that setting up stored, the built-in integration's app-level token included. */
export async function disconnect(
  autokitteh: PersonsAutoKitteh,
  { record, variables }: OwnConnection,
  signal: AbortSignal,
): Promise<void> {
  const ours = ['auth_type', APP_TOKEN, BOT_TOKEN, BUILT_IN_APP_TOKEN, SAVED_AT, ...IDENTITY_VARIABLES];
  const stored = ours.filter((name) => variables.has(name));
  await autokitteh.deleteVariables(record.id, stored, signal);
}

/**
 * First step of adopting a connection of the built-in integration: the app-level token is copied to our own name.
 * The server's own socket stays open until its restart. Rejects with `bad_input` when there is nothing to adopt.
 */
export async function adopt(
  autokitteh: PersonsAutoKitteh,
  clock: Clock,
  { record, variables, setup }: OwnConnection,
  signal: AbortSignal,
): Promise<void> {
  const token = variables.get(BUILT_IN_APP_TOKEN);
  if (setup.t !== 'built_in' || token === undefined) {
    throw new PluginError(
      'bad_input',
      'there is nothing to adopt: the built-in integration has no token for this connection',
    );
  }
  const copied: Variable[] = [
    { name: APP_TOKEN, value: token, isSecret: true },
    { name: SAVED_AT, value: savedAtText(clock.now()), isSecret: false },
  ];
  await autokitteh.setVariables(record.id, copied, signal);
}

/**
 * Second step of adopting: the built-in integration's own variable is deleted, so that the server opens no socket with
 * it after its next start. Rejects with `bad_input` before the first step.
 */
export async function finishAdopting(
  autokitteh: PersonsAutoKitteh,
  { record, setup }: OwnConnection,
  signal: AbortSignal,
): Promise<void> {
  if (setup.t !== 'complete' || !setup.adopting) {
    throw new PluginError('bad_input', 'there is nothing to finish: this connection is not being adopted');
  }
  await autokitteh.deleteVariables(record.id, [BUILT_IN_APP_TOKEN], signal);
}
