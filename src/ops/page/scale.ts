const STEPS = [1, 2, 3, 4, 5, 6, 8, 10];

/** The end of an axis: a round whole number whose half is whole, too, at or above the largest value, and `least` at least. */
export function axisEnd(values: readonly number[], least: number): number {
  const most = Math.max(1, least, ...values);
  const power = 10 ** Math.floor(Math.log10(most));
  const ends = STEPS.map((factor) => factor * power);
  return ends.find((end) => end >= most && (end === 1 || end % 2 === 0)) ?? 10 * power;
}

/** The numbers beside an axis that ends there: whole ones, from the end down to 0. */
export function ticksOf(end: number): readonly number[] {
  return end === 1 ? [1, 0] : [end, end / 2, 0];
}
