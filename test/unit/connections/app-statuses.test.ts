import { expect, it } from 'vitest';
import { AppStatuses } from '../../../src/connections/app-statuses.js';

it('The connections of an app share one look at its sockets until these change', () => {
  let looks = 0;
  const tokens = Array.from({ length: 100 }, (_, index) => ({
    token: `xapp-${index}`,
    setAt: -index,
    isProven: true,
  }));
  const statuses = new AppStatuses({
    status() {
      looks += 1;
      return {
        t: 'live',
        ...{ sockets: 2, wanted: 2, foreign: 0, answered: true, greeted: true },
        tokens: tokens.map(({ setAt }) => ({
          setAt,
          verdict: setAt === 0 ? { t: 'valid' } : { t: 'superseded', by: 'other' },
        })),
      };
    },
  });
  statuses.replace(new Map([['A1', tokens]]));
  for (const { token } of tokens) {
    expect(statuses.of('A1')).toMatchObject({ t: 'live', sockets: 2, foreign: 0 });
    expect(statuses.token('A1', token)).toMatchObject({ t: token === 'xapp-0' ? 'valid' : 'superseded' });
  }
  expect(looks).toBe(1);
  statuses.forget('A2');
  statuses.of('A1');
  expect(looks).toBe(1);
  statuses.forget('A1');
  statuses.of('A1');
  expect(looks).toBe(2);
  statuses.replace(new Map([['A1', tokens]]));
  statuses.of('A1');
  expect(looks).toBe(3);
  statuses.forgetAll();
  statuses.of('A1');
  expect(looks).toBe(4);
});
