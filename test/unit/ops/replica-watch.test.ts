import { describe, expect, it } from 'vitest';
import { Channel } from '../../../src/core/channel.js';
import { ReplicaWatch } from '../../../src/ops/replica-watch.js';
import type { Cluster, Member } from '../../../src/storage/cluster.js';
import { HandClock } from '../../helpers/hand-clock.js';

function start({ isShared = true } = {}) {
  const clock = new HandClock();
  const changed = new Channel<undefined>();
  let members: readonly Member[] = [];
  const cluster = {
    membership: { isShared, instance: 'run-a', changed, members: () => members },
    slots: { others: (appId: string) => ({ live: new Map([['run-b', appId === 'A1' ? 2 : 1]]), seen: 2 }) },
  } as unknown as Cluster;
  const watch = new ReplicaWatch(cluster, clock);
  const join = (...next: readonly Member[]): void => {
    members = next;
    changed.emit(undefined);
  };
  const shown = (): unknown =>
    watch.views(['A1', 'A2'], 4).map(({ name, state, sockets }) => [name, state, sockets]);
  return { clock, join, shown, watch };
}

const member = (name: string, isDraining = false): Member => ({ name, instance: `run-${name}`, isDraining });

describe('The replicas', () => {
  it('Each process that shares the journal is shown with its sockets, and a single one is not', () => {
    const { join, shown } = start();
    join(member('b'), member('a'));
    expect(shown()).toEqual([
      ['a', 'live', 4],
      ['b', 'live', 3],
    ]);
    const alone = start({ isShared: false });
    alone.join(member('a'));
    expect(alone.shown()).toEqual([]);
  });

  it('Processes that were given one name are each shown, and one that was started anew is not missed', () => {
    const { join, shown } = start();
    join(member('a'), { ...member('b'), name: 'a' });
    expect(shown()).toEqual([
      ['a', 'live', 4],
      ['a', 'live', 3],
    ]);
    join({ ...member('a'), instance: 'run-a-again' });
    expect(shown()).toEqual([['a', 'live', 0]]);
  });

  it('A process that vanishes is gone for an hour, and one that said that it stops is not missed', async () => {
    const { clock, join, shown } = start();
    join(member('a'), member('b'), member('c'));
    join(member('a'), member('b'), member('c', true));
    join(member('a'));
    expect(shown()).toEqual([
      ['a', 'live', 4],
      ['b', 'gone', 0],
    ]);
    join(member('a'), member('b'));
    join(member('a'));
    await clock.advance(3_600_001);
    expect(shown()).toEqual([['a', 'live', 4]]);
  });
});
