import { describe, expect, test } from 'vitest';
import { Hosts } from '../../../src/connections/hosts.js';
import { rank } from '../../../src/connections/ranked-members.js';
import { createLog } from '../../../src/core/log.js';
import { DEFAULT_POLICY } from '../../../src/slack/policy.js';
import { HandClock } from '../../helpers/hand-clock.js';
import { PlayedCluster } from './played-cluster.js';

const NAMES = ['me', 'second', 'third', 'fourth', 'fifth'];
const APPS = Array.from({ length: 300 }, (_, at) => `A${at}`);

/** An app on which this process has the `place`th claim, from 0, among `names`. */
function appWhere(names: readonly string[], place: number): string {
  const found = APPS.find((appId) => rank(appId, names).indexOf('me') === place);
  if (found === undefined) throw new Error('no such app');
  return found;
}

class Rig {
  readonly cluster = new PlayedCluster();
  readonly clock = new HandClock();
  readonly logged: string[] = [];
  readonly hosts = new Hosts({
    cluster: this.cluster,
    clock: this.clock,
    policy: DEFAULT_POLICY.pool,
    log: createLog({ level: 'info', format: 'json' }, { write: (line) => void this.logged.push(line) }),
  });
  changes = 0;
  #wanted: string[] = [];

  constructor(...names: string[]) {
    this.cluster.names = names;
    this.hosts.changed.subscribe(() => {
      this.changes += 1;
      this.want(...this.#wanted);
    });
  }

  /** The apps that are wanted; answers those that are wanted here. */
  want(...appIds: string[]): string[] {
    this.#wanted = appIds;
    return [...this.hosts.here(new Map(appIds.map((appId) => [appId, true]))).keys()];
  }

  /** So much time passes, with looks in it. */
  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
    this.cluster.slots.looked.emit(undefined);
    await this.clock.advance(0);
  }
}

describe('the hosts of an app', () => {
  test('When a member goes only its own apps move, and each goes to one other', () => {
    const pairs = (names: string[]): string[] => APPS.map((appId) => rank(appId, names).slice(0, 2).join());
    const all = pairs(NAMES);
    const without = pairs(NAMES.filter((name) => name !== 'third'));
    for (const [at, pair] of all.entries())
      if (!pair.includes('third')) expect(without[at]).toBe(pair);
      else expect(without[at]).toContain(pair.split(',').find((name) => name !== 'third'));
    const share = all.filter((pair) => pair.includes('third')).length / APPS.length;
    expect(share).toBeGreaterThan(0.3);
    expect(share).toBeLessThan(0.5);
  });

  test('A process that is alone has all sockets of every app, with two it has one, with more none of some', () => {
    const rig = new Rig('me');
    expect(rig.want(...APPS)).toEqual(APPS);
    expect(rig.hosts.share('A1')).toEqual({ sockets: 2, most: 8, mayGrow: true });
    rig.cluster.become('me', 'second');
    for (const appId of APPS) rig.cluster.see(appId, 'second', 1);
    expect(rig.want(...APPS)).toEqual(APPS);
    expect(rig.hosts.share('A1')).toEqual({ sockets: 1, most: 4, mayGrow: true });
    const four = new Rig(...NAMES.slice(0, 4));
    const here = four.want(...APPS);
    expect(here).toEqual(APPS.filter((appId) => rank(appId, NAMES.slice(0, 4)).indexOf('me') < 2));
  });

  test('A host has two sockets while no other process has had a live one for ten seconds', async () => {
    const rig = new Rig('me', 'second');
    rig.want('A1');
    expect(rig.hosts.share('A1').sockets).toBe(1);
    await rig.pass(10_000);
    expect(rig.hosts.share('A1').sockets).toBe(2);
    rig.cluster.see('A1', 'second', 1);
    expect(rig.hosts.share('A1').sockets).toBe(1);
  });

  test('While Slack refuses another member a further socket this one opens none in its place, and has what it had', async () => {
    const rig = new Rig('me', 'second');
    rig.want('A1');
    rig.cluster.hear('A1', 'second', JSON.stringify({ isAtLimit: true }));
    await rig.pass(10_000);
    expect(rig.hosts.share('A1')).toEqual({ sockets: 1, most: 4, mayGrow: false });
    rig.cluster.hear('A1', 'second', undefined);
    expect(rig.hosts.share('A1')).toEqual({ sockets: 2, most: 4, mayGrow: true });
    // A report of a release that tells something else.
    rig.cluster.hear('A1', 'second', '["at the limit"]');
    expect(rig.hosts.share('A1').mayGrow).toBe(true);
  });

  test('A member that is no host opens a socket when the app has had none for ten seconds, the next one for twenty', async () => {
    const names = NAMES.slice(0, 4);
    for (const [place, ms] of [
      [2, 10_000],
      [3, 20_000],
    ] as const) {
      const appId = appWhere(names, place);
      const rig = new Rig(...names);
      expect(rig.want(appId)).toEqual([]);
      await rig.pass(ms - 1);
      expect(rig.want(appId)).toEqual([]);
      await rig.pass(1);
      expect(rig.want(appId)).toEqual([appId]);
      expect(rig.hosts.share(appId)).toEqual({ sockets: 1, most: 1, mayGrow: false });
    }
  });
});

describe('sockets that belong elsewhere', () => {
  const names = NAMES.slice(0, 3);
  const appId = appWhere(names, 2);
  const [first = '', second = ''] = rank(appId, names);

  /** A process that had the app's sockets when two members were there, and no longer hosts it with three. */
  function moved(): Rig {
    const rig = new Rig('me', first);
    rig.want(appId);
    rig.cluster.see(appId, first, 1);
    rig.cluster.become('me', first, second);
    return rig;
  }

  test('Sockets are kept until both hosts have a live one, however long that takes, and until the journal agrees', async () => {
    const rig = moved();
    await rig.pass(3_600_000);
    expect(rig.want(appId)).toEqual([appId]);
    expect(rig.cluster.asked).toEqual([]);
    rig.cluster.mayLeave = false;
    rig.cluster.see(appId, second, 1);
    await rig.pass(1_000);
    expect(rig.cluster.asked[0]).toBe(`${appId} ${[first, second].sort().join('+')} 2`);
    expect(rig.want(appId)).toEqual([appId]);
    rig.cluster.mayLeave = true;
    await rig.pass(1_000);
    expect(rig.want(appId)).toEqual([]);
  });

  test('An app that comes back is opened again, and its sockets count again', async () => {
    const rig = moved();
    rig.cluster.see(appId, second, 1);
    await rig.pass(1_000);
    expect(rig.want(appId)).toEqual([]);
    rig.cluster.become('me', first);
    expect(rig.want(appId)).toEqual([appId]);
    expect(rig.cluster.stayed).toEqual([appId]);
  });

  test('A process that stops hands its sockets over, and waits until one is live elsewhere', async () => {
    const rig = new Rig('me', 'second');
    rig.want('A1');
    let isOver = false;
    void rig.hosts.handOver().then(() => (isOver = true));
    await rig.pass(5_000);
    expect([isOver, rig.cluster.stopping.has('me')]).toEqual([false, true]);
    rig.cluster.see('A1', 'second', 1);
    await rig.pass(1_000);
    expect(isOver).toBe(true);
    expect(rig.want('A1')).toEqual([]);
    expect(rig.cluster.asked[0]).toBe('A1 second 1');
  });

  test('A process that stops waits for nobody when it is alone, when all others stop too, or for more than 20 s', async () => {
    await new Rig('me').hosts.handOver();
    const both = new Rig('me', 'second');
    both.want('A1');
    both.cluster.stopping.add('second');
    await both.hosts.handOver();
    const rig = new Rig('me', 'second');
    rig.want('A1');
    let isOver = false;
    void rig.hosts.handOver().then(() => (isOver = true));
    await rig.pass(19_000);
    expect(isOver).toBe(false);
    await rig.pass(2_000);
    expect(isOver).toBe(true);
  });
});

describe('a process that has not heard from PostgreSQL', () => {
  test('One socket of each app stays when slots are about to be given to others, and none when they may be', async () => {
    const rig = new Rig('me');
    rig.want('A1');
    rig.cluster.holding = 'ending';
    await rig.pass(0);
    expect(rig.hosts.share('A1')).toEqual({ sockets: 1, most: 1, mayGrow: false });
    rig.cluster.holding = 'over';
    await rig.pass(0);
    expect(rig.want('A1')).toEqual([]);
  });
});

describe('two processes with one name', () => {
  test('The one that no longer counts says once that names must differ, and hosts nothing', () => {
    const rig = new Rig('me');
    rig.want('A1');
    rig.cluster.become('me');
    expect(rig.logged).toEqual([]);
    rig.cluster.become('its-namesake');
    rig.cluster.become('its-namesake', 'second');
    expect(rig.logged).toHaveLength(1);
    expect(rig.logged[0]).toContain('REPLICA_NAME');
    expect(rig.hosts.isHost('A1')).toBe(false);
  });
});

describe('a task that one process does for all', () => {
  test('A process is chosen if it has the strongest claim on the task, and not without a lease', () => {
    const task = appWhere(['me', 'second'], 0);
    const rig = new Rig('me', 'second');
    expect(rig.hosts.isChosenFor(task)).toBe(true);
    expect(rig.hosts.isChosenFor(appWhere(['me', 'second'], 1))).toBe(false);
    rig.cluster.isLeased = false;
    expect(rig.hosts.isChosenFor(task)).toBe(false);
  });
});

describe('the process that speaks for an app', () => {
  test('One member speaks for each app, and none while it stops; without a lease it says a thing once', () => {
    const appId = appWhere(['me', 'second'], 0);
    const rig = new Rig('me', 'second');
    expect(rig.hosts.speaksFor(appId)).toBe('always');
    expect(rig.hosts.speaksFor(appWhere(['me', 'second'], 1))).toBe('never');
    rig.cluster.isLeased = false;
    expect(rig.hosts.speaksFor(appId)).toBe('once');
    rig.cluster.stopping.add('me');
    rig.cluster.membership.changed.emit(undefined);
    expect(rig.hosts.speaksFor(appId)).toBe('never');
  });
});
