/** One claim of one row: `turn` grows with each. */
export interface Claim {
  readonly id: number;
  readonly turn: number;
}

/**
 * The claims that this process knows it holds, from when it is told of them until their end is written. What PostgreSQL says
 * this process holds is compared with it, because an answer can be lost on its way, and a statement can take effect long after
 * its connection was cut. A row that is unknown in two looks, with every claim that was begun before the first of them
 * answered, is held without anybody's knowledge: its conversation would stand still. In docs/replicas-model: look and compare.
 */
export class Claims {
  // Arrays, for there are few: docs/architecture.md, "What keeps garbage".
  #known: Claim[] = [];
  #pending: number[] = [];
  #begun = 0;
  #suspects: readonly Claim[] = [];
  /** How many claims had been begun at the first look. */
  #begunAtLook = 0;

  /** Notes that something which may claim rows is asked of PostgreSQL; returns what is to be called at its end. */
  begin(): () => void {
    const number = this.#begun++;
    this.#pending.push(number);
    return () => {
      this.#pending = this.#pending.filter((other) => other !== number);
    };
  }

  add(claim: Claim): void {
    this.#known.push(claim);
  }

  /** The end of this claim is written, or it is no longer ours. */
  remove(id: number, turn: number | undefined): void {
    this.#known = this.#known.filter(
      (claim) => claim.id !== id || (turn !== undefined && claim.turn !== turn),
    );
  }

  has({ id, turn }: { readonly id: number; readonly turn?: number | undefined }): boolean {
    return this.#known.some((claim) => claim.id === id && claim.turn === turn);
  }

  /** After the process was fenced off nothing is its own any more. */
  clear(): void {
    this.#known = [];
    this.#suspects = [];
  }

  /** Takes what PostgreSQL says is ours; returns the claims that are to be adopted. */
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
