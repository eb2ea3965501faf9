/** What stands for everything that has no label of its own. */
export const OTHER = 'other';

/** Keeps the values of a label few, whatever comes from outside: the first so many keep their own, the others share one. */
export class BoundedLabels {
  readonly #most: number;
  readonly #shape: RegExp;
  readonly #known = new Set<string>();

  /** `shape` is what a value looks like that may be shown. */
  constructor(most: number, shape: RegExp) {
    this.#most = most;
    this.#shape = shape;
  }

  of(value: string): string {
    if (this.#known.has(value)) return value;
    if (this.#known.size >= this.#most || !this.#shape.test(value)) return OTHER;
    this.#known.add(value);
    return value;
  }
}

// More apps than one program serves; a series for each is what Prometheus can bear.
const MOST_APPS = 1_000;

/**
 * Numbers by app: the first thousand by their ids, all others as one sum. Only apps that Slack has confirmed: anybody who may
 * write a connection's variables may name an app.
 */
export function byApp(numbers: ReadonlyMap<string, number>): Map<string, number> {
  const sorted = [...numbers].sort(([left], [right]) => (left < right ? -1 : 1));
  const shown = new Map(sorted.slice(0, MOST_APPS));
  const rest = sorted.slice(MOST_APPS);
  if (rest.length > 0)
    shown.set(
      OTHER,
      rest.reduce((sum, [, number]) => sum + number, 0),
    );
  return shown;
}
