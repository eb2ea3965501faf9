import { describe, expect, it } from 'vitest';
import { idProblem, integrationIdOf, newId } from '../../../../src/sim/autokitteh/ids.js';

describe('ids of the stand-in', () => {
  it.each([
    ['slack', 'int_3kth0s1ackb1ff80a8d62ba8cc'],
    ['github', 'int_3kthg1thvba289cb8a24d796a9'],
    ['test', 'int_3kth00testaf9d33c5697341f0'],
    ['x', 'int_3kth00000x86c26482ea675e8c'],
    ['a_long_integration_name', 'int_3ktha010ng8d78615a926bada5'],
    ['slack_ts', 'int_3kths1ack0ecf2874ee1b4203c'],
    ['123abc', 'int_3kth123abc819fc78d4caa616c'],
    ['iou', 'int_3kth00010v08d1729ff0ad290d'],
    ['foo-bar', 'int_3kthf000ba732f13282aa60744'],
  ])('The stand-in derives the id of the integration %s', (name, id) =>
    expect(integrationIdOf(name)).toBe(id),
  );

  it('The stand-in makes well-formed ids', () => {
    expect(idProblem(newId('con'), 'con')).toBeUndefined();
    expect(idProblem('', 'con')).toBeUndefined();
  });

  it.each([
    ['abc', "invalid prefix: ''. Subtype requires prefix to match 'con'"],
    ['a_b_c', "invalid prefix: 'a_b'. Subtype requires prefix to match 'con'"],
    ['con_', "suffix can't be the empty string"],
    ['_x', "prefix cannot be empty when there's a separator"],
    ['con_0123', 'invalid suffix: 0123. Suffix length is 4, expected 26'],
    [
      'con_ZZZZZZZZZZZZZZZZZZZZZZZZZZ',
      "invalid suffix: 'ZZZZZZZZZZZZZZZZZZZZZZZZZZ'. Suffix must start with a 0-7 digit to avoid overflows",
    ],
  ])('The stand-in says what is wrong with %s, as AutoKitteh does', (id, words) =>
    expect(idProblem(id, 'con')).toBe(words),
  );
});
