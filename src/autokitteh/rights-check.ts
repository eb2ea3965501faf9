import { Channel } from '../core/channel.js';
import type { Clock, Timer } from '../core/clock.js';
import { PluginError, serverReason } from '../core/errors.js';
import type { Health } from '../core/health.js';
import { Background } from '../core/lifecycle.js';
import type { AutoKittehClient, User } from './client.js';
import type { CredentialSource } from './credentials.js';

/**
 * Whether AutoKitteh gives this program the rights that it needs.
 * - untried: before the first look; ends with it
 * - sufficient: rights were tried and work; ends when the server refuses something
 * - insufficient: a person must act, `advice` says how; ends when a later look finds the rights
 * - unreachable: the server did not answer; ends when it does
 */
export type RightsState =
  | { readonly t: 'untried' }
  | { readonly t: 'sufficient'; readonly user: User | undefined }
  | { readonly t: 'insufficient'; readonly user: User | undefined; readonly advice: string }
  | { readonly t: 'unreachable'; readonly reason: string };

export interface RightsCheckOptions {
  readonly server: Pick<AutoKittehClient, 'whoAmI' | 'findActiveConnections' | 'refusals'>;
  readonly source: CredentialSource['kind'];
  readonly integrationId: string;
  /** A variable whose owners may be asked for; which one does not matter for the right to ask. */
  readonly variable: string;
  readonly clock: Clock;
  readonly health: Health;
}

/**
 * Tries the rights of this program: when told to, and by itself after each refusal, while they do not suffice, and when an
 * outage in which they could not be tried has ended.
 */
export interface RightsCheck {
  readonly current: () => RightsState;
  /** Tries now; calls that overlap share one look. Never rejects. */
  check(): Promise<RightsState>;
  /** Each change of the state. */
  readonly events: Channel<RightsState>;
  stop(): Promise<void>;
}

// A server that refuses everything must not be asked twice for each refusal.
const AFTER_REFUSAL_MS = 5_000;
// Rights are given by a person at some time; a look costs two small calls.
const WHILE_INSUFFICIENT_MS = 30_000;

export function createRightsCheck(options: RightsCheckOptions): RightsCheck {
  const { server, clock, health } = options;
  const events = new Channel<RightsState>();
  const background = new Background(() => undefined);
  const stopping = new AbortController();
  let current: RightsState = { t: 'untried' };
  let looking: Promise<RightsState> | undefined;
  let timer: Timer | undefined;

  function setCurrent(next: RightsState): void {
    const changed = JSON.stringify(next) !== JSON.stringify(current);
    current = next;
    // A server that does not answer says nothing of rights.
    if (next.t !== 'unreachable') health.set('rights', next.t === 'insufficient' ? [next.advice] : []);
    if (changed) events.emit(next);
  }

  async function look(): Promise<RightsState> {
    timer?.cancel();
    timer = undefined;
    const state = await tryRights(options, stopping.signal);
    if (stopping.signal.aborted) return current;
    setCurrent(state);
    if (state.t !== 'sufficient') lookAfter(WHILE_INSUFFICIENT_MS);
    return state;
  }

  function check(): Promise<RightsState> {
    if (stopping.signal.aborted) return Promise.resolve(current);
    looking ??= look().finally(() => {
      looking = undefined;
    });
    return looking;
  }

  function lookAfter(delay: number): void {
    timer ??= clock.setTimer(delay, () => {
      timer = undefined;
      background.run('check the rights of this program', async () => {
        await check();
      });
    });
  }

  // What is refused during a look is what the look is about.
  const unsubscribe = server.refusals.subscribe(() => {
    if (looking === undefined && !stopping.signal.aborted) lookAfter(AFTER_REFUSAL_MS);
  });
  // Nobody should wait half a minute to be told that the rights are still there.
  const unwatch = health.changed.subscribe((condition) => {
    if (condition === 'server' && health.problems('server').length === 0 && current.t === 'unreachable')
      background.run('check our rights', async () => {
        await check();
      });
  });

  return {
    current: () => current,
    check,
    events,
    async stop() {
      stopping.abort(new PluginError('stopped', 'stopping'));
      unsubscribe();
      unwatch();
      timer?.cancel();
      await looking;
      await background.idle();
    },
  };
}

async function tryRights(options: RightsCheckOptions, signal: AbortSignal): Promise<RightsState> {
  let user: User | undefined;
  try {
    user = await options.server.whoAmI(signal);
    await options.server.findActiveConnections(options.integrationId, options.variable, signal);
    return { t: 'sufficient', user };
  } catch (error) {
    const refused = PluginError.from(error);
    if (refused.code === 'unauthenticated' || refused.code === 'forbidden') {
      return { t: 'insufficient', user, advice: identityAdvice(options.source, user, refused) };
    }
    return { t: 'unreachable', reason: serverReason(refused) };
  }
}

/** AutoKitteh: the user whom servers in dev and test mode make of everyone without a credential that they know. */
const DEFAULT_USER_ID = 'usr_3vser000000000000000000001';

const GIVEN_BY = {
  token: 'AUTOKITTEH_TOKEN',
  sign_key: 'AUTOKITTEH_SIGN_KEY',
} as const;

const HOW =
  "Set AUTOKITTEH_SIGN_KEY to the server's signing key (its setting authjwttokens.hmac.sign_key, or authjwttokens.rsa.private_key; 64 zeros for a server in dev mode), or AUTOKITTEH_TOKEN to a service token.";

const RIGHTS =
  'create:save, dispatch, read:find-var-connections-ids, read:get, read:list, read:get-var, read:get-all-vars, write:set-var and update:update';

/** What a person has to do when the server refused what this program needs. `user` is whom it takes us for. */
function identityAdvice(
  source: CredentialSource['kind'],
  user: User | undefined,
  refused: PluginError,
): string {
  if (refused.code === 'unauthenticated' || user === undefined) {
    return source === 'none'
      ? `AutoKitteh requires a credential, and none is configured. ${HOW}`
      : `AutoKitteh rejected ${GIVEN_BY[source]} (${refused.message}): it belongs to another server, it has expired, or the clocks of the two machines differ by minutes. ${HOW}`;
  }
  if (user.userId === DEFAULT_USER_ID) {
    return source === 'none'
      ? `Without a credential AutoKitteh treats this program as its default user, who may not dispatch events. ${HOW}`
      : `AutoKitteh does not recognize ${GIVEN_BY[source]} and treats this program as its default user, who may not dispatch events: the key or the token belongs to another server, or has expired. ${HOW}`;
  }
  return `AutoKitteh treats this program as ${user.displayName || 'a user'} (${user.userId}), who lacks required rights (${refused.message}). Use the server's signing key (AUTOKITTEH_SIGN_KEY), or allow this user ${RIGHTS} in the server's policy.`;
}
