import type { Variable } from '../autokitteh/client.js';
import type { Clock } from '../core/clock.js';
import { PluginError } from '../core/errors.js';
import {
  APP_TOKEN,
  BOT_TOKEN,
  BUILT_IN_APP_TOKEN,
  SAVED_AT,
  savedAtText,
  type Variables,
} from '../connection/live/setup-state.js';
import type { Tokens } from './check-tokens.js';
import type { OwnConnection } from './connection-access.js';
import type { PersonsAutoKitteh } from './ports.js';
import { IDENTITY_VARIABLES } from './slack-identity.js';

/** The tokens of a connection, ours or those of the built-in integration; empty where there is none. */
export function storedTokens(variables: Variables): Tokens {
  const appToken = variables.get(APP_TOKEN) ?? variables.get(BUILT_IN_APP_TOKEN) ?? '';
  return { botToken: variables.get(BOT_TOKEN) ?? '', appToken };
}

/** What a person typed, and what is stored where a field was left empty. */
export function typedOrStored(typed: Tokens, variables: Variables): Tokens {
  const stored = storedTokens(variables);
  return {
    botToken: typed.botToken.trim() || stored.botToken,
    appToken: typed.appToken.trim() || stored.appToken,
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
      'there is nothing to adopt: the built-in integration holds no token here',
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
