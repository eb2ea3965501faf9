import { PluginError } from '../../core/errors.js';

// Each look is a handful of calls, of which AutoKitteh answers a few hundred a second.
const MOST = 8;
const MOST_OF_A_CONNECTION = 4;

/** How many people may look at events at the same time: all together, and at those of one connection. */
export class Looks {
  readonly #underWay = new Map<string, number>();

  /** Runs `work` at once; rejects with `overloaded` where too many are looking. */
  async run<Result>(connectionId: string, work: () => Promise<Result>): Promise<Result> {
    const ofIt = this.#underWay.get(connectionId) ?? 0;
    const all = [...this.#underWay.values()].reduce((sum, count) => sum + count, 0);
    if (all >= MOST || ofIt >= MOST_OF_A_CONNECTION)
      throw new PluginError('overloaded', 'too many people are looking at events at this moment');
    this.#underWay.set(connectionId, ofIt + 1);
    try {
      return await work();
    } finally {
      const left = (this.#underWay.get(connectionId) ?? 1) - 1;
      if (left === 0) this.#underWay.delete(connectionId);
      else this.#underWay.set(connectionId, left);
    }
  }
}
