import { describe, expect, test } from 'vitest';
import { eventually } from '../../helpers/eventually.js';
import { rig } from './rig.js';

describe('The retention of the journal', () => {
  test('The retention removes bodies and keys after their time and not before', async () => {
    const r = await rig(undefined, { pruneMs: 1000, bodiesMs: 20_000, keysMs: 100_000 });
    // Of one that is begun in being written nothing but the key is kept.
    await r.take({ key: 'a', body: 'x'.repeat(200_000) });
    await r.delivery.start();
    await eventually(() => r.server.got.length === 1, 'dispatched');
    const { usedBytes } = await r.delivery.stats();
    await eventually(async () => (await r.delivery.stats()).usedBytes < usedBytes - 150_000, 'body gone');
    expect(await r.take({ key: 'a' })).toBe('duplicate');
    const start = r.clock.now();
    await eventually(() => r.clock.now() - start > 100_000, 'its time');
    await eventually(async () => (await r.take({ key: 'a' })) === 'journaled', 'the key is forgotten');
  });

  test('Of several processes with one journal only the chosen one prunes it, and another one from when it is chosen', async () => {
    let isChosen = false;
    let asked = 0;
    const pruned: boolean[] = [];
    const r = await rig(
      undefined,
      { pruneMs: 1000 },
      (journal) => ({
        ...journal,
        prune: (request) => {
          pruned.push(isChosen);
          return journal.prune(request);
        },
      }),
      ...[undefined, undefined],
      () => {
        asked += 1;
        return isChosen;
      },
    );
    await r.delivery.start();
    await eventually(() => asked >= 3, 'three rounds');
    expect(pruned).toEqual([]);
    isChosen = true;
    await eventually(() => pruned.length > 0, 'a round of the chosen one');
    expect(pruned).not.toContain(false);
  });
});
