const NONE: ReadonlySet<string> = new Set();

/** The ids of connections by something that several may have in common, such as their app. */
export class ConnectionIndex {
  readonly #ids = new Map<string, Set<string>>();

  has(key: string): boolean {
    return this.#ids.has(key);
  }

  get(key: string): ReadonlySet<string> {
    return this.#ids.get(key) ?? NONE;
  }

  /** The connection had the one key, and has the other from now on; undefined for none. */
  move(id: string, from: string | undefined, to: string | undefined): void {
    if (from === to) return;
    if (from !== undefined) this.#remove(id, from);
    if (to === undefined) return;
    const ids = this.#ids.get(to);
    if (ids === undefined) this.#ids.set(to, new Set([id]));
    else ids.add(id);
  }

  #remove(id: string, key: string): void {
    const ids = this.#ids.get(key);
    ids?.delete(id);
    if (ids?.size === 0) this.#ids.delete(key);
  }
}
