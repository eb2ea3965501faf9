/** Resolves as soon as `condition` gives a value other than undefined or false; fails after `limit` milliseconds. */
export async function eventually<Value>(
  condition: () => Value | undefined | false | Promise<Value | undefined | false>,
  what: string,
  limit = 60_000,
): Promise<Value> {
  const end = performance.now() + limit;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > end) throw new Error(`did not happen within ${limit} ms: ${what}`);
    await new Promise<void>((resolve) => setTimeout(resolve, 5));
  }
}
