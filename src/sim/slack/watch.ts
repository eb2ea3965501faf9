import { Channel } from '../../core/channel.js';
import { systemClock } from '../../core/clock.js';
import { PluginError } from '../../core/errors.js';

/** What waiting means everywhere in the scripted Slack: real milliseconds, whatever clock it runs on. */
const WAIT_LIMIT = 60_000;

/** A list that grows and whose items change, and that one can wait on. */
export class Watch<Item> {
  readonly changed = new Channel<Item>();
  readonly #items: () => Iterable<Item>;
  readonly #what: string;

  constructor(what: string, items: () => Iterable<Item>) {
    this.#what = what;
    this.#items = items;
  }

  /** The first item that satisfies `predicate`, now or later; rejects with `timeout` after `limit` real milliseconds. */
  waitFor(predicate: (item: Item) => boolean, limit = WAIT_LIMIT): Promise<Item> {
    for (const item of this.#items()) if (predicate(item)) return Promise.resolve(item);
    return this.#next(limit, (item) => (predicate(item) ? { found: item } : undefined));
  }

  /** Resolves once `condition` holds, looked at after every change; rejects with `timeout` after `limit` real milliseconds. */
  async waitUntil(condition: () => boolean, limit = WAIT_LIMIT): Promise<void> {
    if (condition()) return;
    await this.#next(limit, () => (condition() ? { found: undefined } : undefined));
  }

  #next<Found>(limit: number, look: (item: Item) => { found: Found } | undefined): Promise<Found> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        timer.cancel();
        unsubscribe();
      };
      const timer = systemClock.setTimer(limit, () => {
        settle();
        reject(new PluginError('timeout', `${this.#what}: what was waited for did not come in ${limit} ms`));
      });
      const unsubscribe = this.changed.subscribe((item) => {
        try {
          const hit = look(item);
          if (hit === undefined) return;
          settle();
          resolve(hit.found);
        } catch (error) {
          settle();
          reject(PluginError.from(error));
        }
      });
    });
  }
}
