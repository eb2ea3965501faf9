import { describe, expect, it } from 'vitest';
import { Claims, type Claim } from '../../../src/storage/postgres/claims.js';

const row = (id: number, turn = 1) => ({ id, turn });

const claimed = (claims: Claims, claim: Claim): Promise<void> =>
  claims.claiming((add) => {
    add(claim);
    return Promise.resolve();
  });

describe('The claims that a replica knows it holds', () => {
  it('A claim that is unknown in two looks is adopted, and not sooner', () => {
    const claims = new Claims();
    expect(claims.look([row(1)])).toEqual([]);
    expect(claims.look([row(1), row(2)])).toEqual([row(1)]);
  });

  it('A claim that is known is never adopted, until its end is written', async () => {
    const claims = new Claims();
    await claimed(claims, row(1));
    expect(claims.look([row(1)])).toEqual([]);
    expect(claims.look([row(1)])).toEqual([]);
    claims.remove(row(1));
    expect(claims.has(row(1))).toBe(false);
  });

  it('A claim is not adopted while one that was begun before the first look is unanswered', async () => {
    const claims = new Claims();
    let answer: () => void = () => undefined;
    const asked = claims.claiming(
      (add) =>
        new Promise<void>((resolve) => {
          answer = () => {
            add(row(1));
            resolve();
          };
        }),
    );
    // PostgreSQL has written the claim, and its answer is on the way.
    expect(claims.look([row(1)])).toEqual([]);
    expect(claims.look([row(1)])).toEqual([]);
    answer();
    await asked;
    expect(claims.look([row(1)])).toEqual([]);
  });

  it('A claim that is begun between two looks does not hold up the adoption of another one', async () => {
    const claims = new Claims();
    claims.look([row(1)]);
    const later = claims.claiming(() => new Promise<void>((resolve) => setImmediate(resolve)));
    expect(claims.look([row(1)])).toEqual([row(1)]);
    await later;
  });

  it('A later claim of the same row is another claim', async () => {
    const claims = new Claims();
    await claimed(claims, row(1, 2));
    claims.remove(row(1, 1));
    expect([claims.has(row(1, 1)), claims.has(row(1, 2))]).toEqual([false, true]);
  });

  it('Nothing is held after the process was fenced off, not even what an answer of before then says', async () => {
    const claims = new Claims();
    await claims.claiming((add) => {
      claims.clear();
      add(row(1));
      return Promise.resolve();
    });
    expect(claims.has(row(1))).toBe(false);
  });
});
