import type { Variable } from '../autokitteh/client.js';
import type { Clock } from '../core/clock.js';
import { PluginError } from '../core/errors.js';
import { APP_TOKEN, BOT_TOKEN, SAVED_AT, savedAtText } from '../connection/live/setup-state.js';
import { checkTokens, type TokenCheck, type Tokens } from './check-tokens.js';
import type { PersonsAutoKitteh, SetupPorts, SlackCalls } from './ports.js';
import { identityVariables } from './slack-identity.js';

// AutoKitteh: vars.max_value_size, checked on the plain value.
const LARGEST_VALUE = 8092;

export interface SavePorts {
  readonly slack: SlackCalls;
  readonly autokitteh: PersonsAutoKitteh;
  readonly clock: Clock;
  /** Called when both tokens are stored. */
  readonly saved?: SetupPorts['saved'] | undefined;
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
  { slack, autokitteh, clock, saved }: SavePorts,
  request: SaveRequest,
  signal: AbortSignal,
): Promise<TokenCheck> {
  const tokens = { botToken: request.botToken.trim(), appToken: request.appToken.trim() };
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
  saved?.(tokens, check.identity.owner, check.identity.teamName);
  return check;
}

function refuseLarge(values: readonly (readonly [name: string, value: string])[]): void {
  for (const [name, value] of values) {
    if (Buffer.byteLength(value) > LARGEST_VALUE) {
      throw new PluginError('bad_input', `${name} is larger than ${LARGEST_VALUE} bytes`);
    }
  }
}
