import { setImmediate } from 'node:timers/promises';

/**
 * Calls `step` for each item, and lets other work have its turn after so many of them. Stays within one turn when there
 * are fewer.
 */
export async function inTurns<Item>(
  items: Iterable<Item>,
  itemsATurn: number,
  step: (item: Item) => void,
): Promise<void> {
  let count = 0;
  for (const item of items) {
    step(item);
    count += 1;
    if (count % itemsATurn === 0) await setImmediate();
  }
}
