const STEPS = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];

/** The end of an axis: a round whole number, at or above the largest value, and `least` at least. */
export function axisEnd(values: readonly number[], least: number): number {
  const most = Math.max(least, ...values);
  const power = 10 ** Math.floor(Math.log10(most));
  const ends = STEPS.map((factor) => factor * power);
  return ends.find((end) => end >= most && Number.isInteger(end)) ?? 10 * power;
}
