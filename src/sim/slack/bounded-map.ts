/** Removes what was put in first, until there are no more than `limit`: soaks run for hours. */
export function forgetOldest<Key>(map: Map<Key, unknown>, limit: number): void {
  for (const key of map.keys()) {
    if (map.size <= limit) return;
    map.delete(key);
  }
}
