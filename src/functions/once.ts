import { createHash } from 'node:crypto';
import type { Clock } from '../core/clock.js';
import type { JsonObject } from '../core/json.js';
import { Repeats } from './repeats.js';
import type { SlackOutcome } from './slack-call.js';

/** A call that changes something, as told apart from others. */
interface Deed {
  readonly connectionId: string;
  /** Of the method or function. */
  readonly name: string;
  /** Tokens and contents among them: only a digest of all this is kept. */
  readonly args: JsonObject;
  readonly signal: AbortSignal;
}

export type DoOnce = (deed: Deed, work: (id: string) => Promise<SlackOutcome>) => Promise<SlackOutcome>;

/**
 * Does a deed unless it is the repetition of one whose caller went away: then that one's outcome is the answer, if it is
 * known, and else it is done again under the same id. `newId` makes UUIDs.
 */
export function createDoOnce(options: { readonly clock: Clock; readonly newId: () => string }): DoOnce {
  const repeats = new Repeats<SlackOutcome>(options.clock);
  return async ({ connectionId, name, args, signal }, work) => {
    const key = createHash('sha256')
      .update(JSON.stringify([connectionId, name, args]))
      .digest('base64');
    const earlier = repeats.take(key);
    const known = await earlier?.outcome;
    if (known !== undefined && (known.t === 'done' || known.sure)) return known;
    const id = earlier?.id ?? options.newId();
    const outcome = work(id);
    repeats.watch(key, id, outcome, signal);
    return outcome;
  };
}
