import { Channel } from '../core/channel.js';
import type { Clock, Timer } from '../core/clock.js';
import { PluginError } from '../core/errors.js';
import type { Health } from '../core/health.js';
import { Background } from '../core/lifecycle.js';
import { identityAdvice } from './identity-advice.js';
import type { AutoKittehClient, User } from './client.js';
import type { CredentialSource } from './credentials.js';

/**
 * Whether the server takes us for someone who may do this program's work.
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

export interface IdentityOptions {
  readonly server: Pick<AutoKittehClient, 'whoAmI' | 'findActiveConnections' | 'refusals'>;
  readonly source: CredentialSource['kind'];
  readonly integrationId: string;
  /** A variable whose owners may be asked for; which one does not matter for the right to ask. */
  readonly variable: string;
  readonly clock: Clock;
  readonly health: Health;
}

/** Tries our identity and rights: when told to, and by itself after each refusal, and while they do not suffice. */
export interface IdentityCheck {
  readonly current: () => RightsState;
  /** Tries now; calls that overlap share one look. Never rejects. */
  check(): Promise<RightsState>;
  /** Each change of the verdict. */
  readonly events: Channel<RightsState>;
  stop(): Promise<void>;
}

// A server that refuses everything must not be asked twice for each refusal.
const AFTER_REFUSAL_MS = 5_000;
// Rights are given by a person at some time; a look costs two small calls.
const WHILE_INSUFFICIENT_MS = 30_000;

export function createIdentityCheck(options: IdentityOptions): IdentityCheck {
  const { server, clock } = options;
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
    if (next.t !== 'unreachable')
      options.health.set('rights', next.t === 'insufficient' ? [next.advice] : []);
    if (changed) events.emit(next);
  }

  async function look(): Promise<RightsState> {
    timer?.cancel();
    timer = undefined;
    const verdict = await tryRights(options, stopping.signal);
    if (stopping.signal.aborted) return current;
    setCurrent(verdict);
    if (verdict.t !== 'sufficient') lookAfter(WHILE_INSUFFICIENT_MS);
    return verdict;
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
      background.run('look at our identity', async () => {
        await check();
      });
    });
  }

  // What is refused during a look is what the look is about.
  const unsubscribe = server.refusals.subscribe(() => {
    if (looking === undefined && !stopping.signal.aborted) lookAfter(AFTER_REFUSAL_MS);
  });

  return {
    current: () => current,
    check,
    events,
    async stop() {
      stopping.abort(new PluginError('stopped', 'stopping'));
      unsubscribe();
      timer?.cancel();
      await looking;
      await background.idle();
    },
  };
}

async function tryRights(options: IdentityOptions, signal: AbortSignal): Promise<RightsState> {
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
    return { t: 'unreachable', reason: refused.message };
  }
}
