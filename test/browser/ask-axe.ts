/** What axe finds wrong, one line for each element. What does not depend on colours is looked at in the light alone. */
export function askAxe(colorScheme: 'light' | 'dark'): string {
  const rules = colorScheme === 'light' ? '' : ", runOnly: ['color-contrast']";
  return `axe.run({ resultTypes: ['violations']${rules} }).then(({ violations }) => violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => [id, target.join(' '), failureSummary].join(': '))))`;
}
