/** One claim of one row: `turn` grows with each. */
export interface Claim {
  readonly id: number;
  readonly turn?: number | undefined;
}

/**
 * The claims that this process knows it holds, from when it is told of them until their end is written. What PostgreSQL says
 * this process holds is compared with it, because an answer can be lost on its way, and a statement can take effect long after
 * its connection was cut. A row that is unknown in two looks, with every claim that was begun before the first of them
 * answered, is held without anybody's knowledge: its conversation would stand still. In docs/replicas-model: look and compare.
 */
export class Claims {
  // Arrays, for there are few: docs/architecture.md, "Avoiding promotion on the hot path".
  #known: Claim[] = [];
  #pending: number[] = [];
  #begun = 0;
  /** How often nothing was left. */
  #generation = 0;
  #suspects: readonly Claim[] = [];
  /** How many claims had been begun at the first look. */
  #begunAtLook = 0;

  /**
   * Runs what may claim rows; `work` adds them. What it adds after the process was fenced off is not known to be its own, and
   * is found by the next looks if it is.
   */
  async claiming<Result>(work: (add: (claim: Claim) => void) => Promise<Result>): Promise<Result> {
    const number = this.#begun++;
    const generation = this.#generation;
    this.#pending.push(number);
    try {
      return await work((claim) => {
        if (generation === this.#generation) this.#known.push({ id: claim.id, turn: claim.turn });
      });
    } finally {
      this.#pending = this.#pending.filter((other) => other !== number);
    }
  }

  /** The end of this claim is written, or it is no longer ours. */
  remove({ id, turn }: Claim): void {
    this.#known = this.#known.filter(
      (claim) => claim.id !== id || (turn !== undefined && claim.turn !== turn),
    );
  }

  has({ id, turn }: Claim): boolean {
    return this.#known.some((claim) => claim.id === id && claim.turn === turn);
  }

  /** After the process was fenced off nothing is its own any more. */
  clear(): void {
    this.#generation += 1;
    this.#known = [];
    this.#suspects = [];
  }

  /** Steps `look` and `compare` of docs/replicas-model: takes what PostgreSQL says is ours; returns the claims that are to be adopted. */
  look(owned: readonly Claim[]): readonly Claim[] {
    const unknown = owned.filter((claim) => !this.has(claim));
    const isSure = this.#pending.every((number) => number >= this.#begunAtLook);
    const lost = isSure
      ? unknown.filter(({ id, turn }) =>
          this.#suspects.some((other) => other.id === id && other.turn === turn),
        )
      : [];
    // While a claim from before the first look is unanswered, that look goes on being the first one.
    if (isSure) this.#begunAtLook = this.#begun;
    this.#suspects = isSure ? unknown : this.#suspects;
    return lost;
  }
}
