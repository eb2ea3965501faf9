/** The end of an axis: 1, 2 or 5 times a power of ten, at or above the largest value, and `least` at least. */
export function axisEnd(values: readonly number[], least: number): number {
  const most = Math.max(least, ...values);
  const power = 10 ** Math.floor(Math.log10(most));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= most - Number.EPSILON) ?? 10;
  return step * power;
}
