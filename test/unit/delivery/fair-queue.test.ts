import { expect, test } from 'vitest';
import { FairQueue } from '../../../src/delivery/fair-queue.js';

function filled(...items: [key: string, item: string][]): FairQueue<string> {
  const queue = new FairQueue<string>();
  for (const [key, item] of items) queue.push(key, item, 1, 10);
  return queue;
}

const take = (queue: FairQueue<string>, items: number, bytes = Infinity): string[] =>
  queue.take({ items, bytes });

test('The keys of the fair queue are served in turn, each in its own order', () => {
  const queue = filled(['a', 'a1'], ['a', 'a2'], ['a', 'a3'], ['b', 'b1'], ['c', 'c1']);
  expect(take(queue, 10)).toEqual(['a1', 'b1', 'c1', 'a2', 'a3']);
  expect([queue.size, queue.sizeOf('a'), take(queue, 10)]).toEqual([0, 0, []]);
});

test('The key whose item did not fit comes first in the next batch', () => {
  const queue = filled(['a', 'a1'], ['a', 'a2'], ['b', 'b1'], ['b', 'b2'], ['c', 'c1'], ['c', 'c2']);
  expect(take(queue, 2)).toEqual(['a1', 'b1']);
  expect(take(queue, 2)).toEqual(['c1', 'a2']);
  expect([queue.size, queue.sizeOf('c')]).toEqual([2, 1]);
  queue.push('a', 'a3', 1, 10);
  expect(take(queue, 10)).toEqual(['b2', 'c2', 'a3']);
});

test('A batch has at least one item, however large it is', () => {
  const queue = filled(['a', 'a1'], ['b', 'b1']);
  expect(take(queue, 10, 5)).toEqual(['a1']);
  expect(take(queue, 10, 5)).toEqual(['b1']);
});
