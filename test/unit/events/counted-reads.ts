/** How many properties of `root`, and of all that it holds, `work` reads or lists. */
export function readsOf<Root extends object>(root: Root, work: (counted: Root) => unknown): number {
  let reads = 0;
  const known = new WeakMap<object, object>();
  const counted = <Value extends object>(value: Value): Value => {
    const made = known.get(value) ?? new Proxy(value, handler);
    known.set(value, made);
    return made as Value;
  };
  const handler: ProxyHandler<object> = {
    get(target, key) {
      reads += 1;
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'object' && value !== null ? counted(value) : value;
    },
    ownKeys(target) {
      const keys = Reflect.ownKeys(target);
      reads += keys.length;
      return keys;
    },
    has(target, key) {
      reads += 1;
      return Reflect.has(target, key);
    },
  };
  work(counted(root));
  return reads;
}
