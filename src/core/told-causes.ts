// Of one outage: a cause that holds a time, such as the end of a wait, is another one each time.
const MOST_CAUSES = 10;

/** The causes of one outage that the log has told. Each is told once: what is tried in turn may fail in two ways again and again. */
export class ToldCauses {
  readonly #causes = new Set<string>();

  /** Whether this cause is to be told: it has not been yet, and ten others have not either. From now on it has been. */
  isNews(cause: string): boolean {
    const isNews = !this.#causes.has(cause) && this.#causes.size < MOST_CAUSES;
    if (isNews) this.#causes.add(cause);
    return isNews;
  }

  /** The outage is over. */
  clear(): void {
    this.#causes.clear();
  }
}
