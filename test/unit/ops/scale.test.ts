import { describe, expect, it } from 'vitest';
import { axisEnd, ticksOf } from '../../../src/ops/page/scale.js';

describe('The scale of a chart', () => {
  it.each([
    [[0, 0], 1, [1, 0]],
    [[2, 2], 2, [2, 1, 0]],
    [[4, 5, 4], 4, [6, 3, 0]],
    [[9], 5, [10, 5, 0]],
    [[11], 5, [20, 10, 0]],
    [[487], 5, [500, 250, 0]],
  ])('The scale of %j, which ends at %d at least, has whole numbers: %j', (values, least, ticks) => {
    expect(ticksOf(axisEnd(values, least))).toEqual(ticks);
  });
});
