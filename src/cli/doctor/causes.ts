import type { Cause, Finding } from './finding.js';

const RANKS: Readonly<Record<Finding['verdict'], number>> = {
  failed: 2,
  ...{ warning: 1, follows: 0, skipped: 0, ok: 0 },
};

/** Keeps each cause to one problem: what another step has told, and at least as badly, is a consequence. */
export class Causes {
  readonly #told = new Map<Cause, Finding>();

  /** The finding as it is to be told. */
  sorted(finding: Finding): Finding {
    const { step, verdict, found, about = [] } = finding;
    if (RANKS[verdict] === 0) return finding;
    const first = about.map((cause) => this.#told.get(cause)).find((each) => each !== undefined);
    // Findings of one step are of several apps, triggers or events.
    if (first !== undefined && first.step !== step && RANKS[first.verdict] >= RANKS[verdict])
      return { step, verdict: 'follows', found: `Follows from “${first.step}” above: ${found}`, about };
    for (const cause of about) if (!this.#told.has(cause)) this.#told.set(cause, finding);
    return finding;
  }
}
