import { expect, it } from 'vitest';
import { socketsPort } from '../../../src/app/sockets-port.js';

it('Connections that are compared in one go share one look at the sockets of their app', async () => {
  let looks = 0;
  const tokens = Array.from({ length: 100 }, (_, index) => ({
    token: `xapp-${index}`,
    setAt: -index,
    isProven: true,
  }));
  const port = socketsPort({
    reconcile: () => undefined,
    status() {
      looks += 1;
      return {
        t: 'live',
        ...{ sockets: 2, wanted: 2, ghosts: 0, answered: true },
        tokens: tokens.map(({ setAt }) => ({ setAt, verdict: { t: setAt === 0 ? 'valid' : 'superseded' } })),
      };
    },
  });
  port.reconcile(new Map([['A1', tokens]]));
  for (const { token } of tokens) {
    expect(port.health('A1')).toEqual({ t: 'live', sockets: 2, ghosts: 0 });
    expect(port.token('A1', token)).toEqual({ t: token === 'xapp-0' ? 'used' : 'superseded' });
  }
  expect(looks).toBe(1);
  port.reconcile(new Map([['A1', tokens]]));
  port.health('A1');
  expect(looks).toBe(2);
  await Promise.resolve();
  port.health('A1');
  expect(looks).toBe(3);
});
