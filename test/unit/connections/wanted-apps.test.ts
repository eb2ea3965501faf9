import { describe, expect, it } from 'vitest';
import { Channel } from '../../../src/core/channel.js';
import type { Entry } from '../../../src/connections/registry.js';
import { Registry } from '../../../src/connections/registry.js';
import { WantedApps, wantedApps, type TokenFacts } from '../../../src/connections/wanted-apps.js';
import { systemClock } from '../../../src/core/clock.js';
import { complete, entryOf, ownerOf, recordOf } from './entries.js';

const DAY = Date.parse('2025-10-09T00:00:00Z');

const FACTS: TokenFacts = { now: DAY + 86_400_000, isProven: () => false };

describe('wantedApps', () => {
  it('The wanted apps are those of active connections that are set up, and no others', () => {
    const wanted = wantedApps(
      [
        entryOf('one', complete('A1', 'one')),
        entryOf('asleep', complete('A2', 'two'), false),
        entryOf('half', { t: 'incomplete', problems: ['private_bot_token is missing'] }),
        entryOf('new', { t: 'new' }),
        entryOf('theirs', { t: 'built_in' }),
        entryOf('oauth', { t: 'other', authType: 'oauth' }),
      ],
      FACTS,
    );
    expect([...wanted]).toEqual([['A1', [{ token: 'one', setAt: 0, isProven: false }]]]);
  });

  it('The tokens of an app come newest first, each once, with the latest time of saving', () => {
    const wanted = wantedApps(
      [
        entryOf('first', complete('A1', 'shared', DAY)),
        entryOf('second', complete('A1', 'old', DAY + 1_000)),
        entryOf('third', complete('A1', 'shared', DAY + 2_000)),
        entryOf('fourth', complete('A1', 'shared', DAY + 1_500)),
      ],
      FACTS,
    );
    expect(wanted.get('A1')).toEqual([
      { token: 'shared', setAt: DAY + 2_000, isProven: false },
      { token: 'old', setAt: DAY + 1_000, isProven: false },
    ]);
  });

  it('Tokens of the same time stay in the same order whichever connection comes first', () => {
    const entries = ['b', 'a', 'c'].map((token) => entryOf(token, complete('A1', token, DAY)));
    const wanted = wantedApps(entries, FACTS).get('A1') ?? [];
    expect(wanted.map(({ token }) => token)).toEqual(['a', 'b', 'c']);
    expect(new Set(wanted.map(({ setAt }) => setAt)).size).toBe(3);
    expect(wantedApps(entries.toReversed(), FACTS).get('A1')).toEqual(wanted);
  });

  it('A token takes part only where Slack said that the bot token beside it is of the same app', () => {
    const setup = complete('A1', 'invented', DAY);
    const refused = { t: 'refused', error: 'invalid_auth', advice: 'copy it again' } as const;
    const strangers: Entry[] = [
      { ...entryOf('unasked', setup), identity: { t: 'unknown' } },
      { ...entryOf('unanswered', setup), identity: { t: 'unknown', failure: 'HTTP status 503' } },
      { ...entryOf('borrowed', setup), identity: { t: 'known', owner: ownerOf('A2'), isConfirmed: true } },
      { ...entryOf('made up', setup), identity: refused },
    ];
    expect([...wantedApps(strangers, FACTS)]).toEqual([]);
    const mine = entryOf('mine', complete('A1', 'mine'));
    expect(
      wantedApps([...strangers, mine], FACTS)
        .get('A1')
        ?.map(({ token }) => token),
    ).toEqual(['mine']);
    const uninstalled: Entry = { ...mine, identity: { ...refused, was: ownerOf('A1') } };
    expect(wantedApps([uninstalled], FACTS).get('A1')).toHaveLength(1);
  });

  it('A saving time in the future counts as unknown', () => {
    const entries = [
      entryOf('ahead', complete('A1', 'ahead', FACTS.now + 1)),
      entryOf('now', complete('A1', 'now', FACTS.now)),
    ];
    expect(wantedApps(entries, FACTS).get('A1')).toEqual([
      { token: 'now', setAt: FACTS.now, isProven: false },
      { token: 'ahead', setAt: 0, isProven: false },
    ]);
  });

  it('The wanted tokens tell with which of them Slack has opened sockets of this app', () => {
    const entries = [entryOf('one', complete('A1', 'opened')), entryOf('two', complete('A1', 'untried'))];
    const isProven = (token: string, appId: string): boolean => token === 'opened' && appId === 'A1';
    const wanted = wantedApps(entries, { ...FACTS, isProven }).get('A1') ?? [];
    expect(wanted.filter((each) => each.isProven).map(({ token }) => token)).toEqual(['opened']);
  });
});

describe('WantedApps', () => {
  const variablesOf = (app: string, savedAt: number) =>
    Object.entries({
      auth_type: 'socketMode',
      socket_mode_app_token: `xapp-1-${app}-1-x`,
      private_bot_token: `xoxb-${app}`,
      socket_mode_saved_at: new Date(savedAt).toISOString(),
    }).map(([name, value]) => ({ name, value, isSecret: false }));

  async function wantedOf(...apps: readonly string[]) {
    const registry = new Registry();
    const proven = new Set<string>();
    const memory = {
      changed: new Channel<{ readonly token: string; readonly appId: string }>(),
      get: (token: string) => (proven.has(token) ? { ...ownerOf('A1'), saidAt: 1 } : undefined),
    };
    const clock = { ...systemClock, today: DAY, now: () => clock.today };
    const wanted = new WantedApps({ registry, memory, clock });
    await registry.list(apps.map(recordOf), new Set(apps));
    for (const app of apps) {
      registry.read(app, variablesOf(app, 0));
      registry.identify(app, `xoxb-${app}`, { t: 'known', owner: ownerOf(app), isConfirmed: true });
    }
    return { registry, wanted, memory, proven, clock };
  }

  it('An app keeps the very list of its tokens while only others change, and nothing is due when nothing has changed', async () => {
    const { registry, wanted } = await wantedOf('A1', 'A2');
    expect(wanted.isDue).toBe(true);
    const before = wanted.decide();
    expect([...before.keys()]).toEqual(['A1', 'A2']);
    expect(wanted.isDue).toBe(false);
    registry.identify('A2', 'xoxb-A2', { t: 'known', owner: ownerOf('A9'), isConfirmed: true });
    const after = wanted.decide();
    expect([...after.keys()]).toEqual(['A1']);
    expect(after.get('A1')).toBe(before.get('A1'));
  });

  it('An app is decided anew when something was learnt of one of its tokens, and when its last connection is gone', async () => {
    const { registry, wanted, memory, proven } = await wantedOf('A1', 'A2');
    wanted.decide();
    proven.add('xapp-1-A1-1-x');
    memory.changed.emit({ token: 'xapp-1-A1-1-x', appId: 'A1' });
    expect(wanted.isDue).toBe(true);
    expect(wanted.decide().get('A1')).toMatchObject([{ isProven: true }]);
    await registry.list([recordOf('A2')], new Set(['A2']));
    expect([...wanted.decide().keys()]).toEqual(['A2']);
  });

  it('A token that was saved in the future counts as old until that time has come', async () => {
    const { registry, wanted, clock } = await wantedOf('A1');
    registry.read('A1', variablesOf('A1', DAY + 1_000));
    expect(wanted.decide().get('A1')).toMatchObject([{ setAt: 0 }]);
    expect(wanted.isDue).toBe(false);
    clock.today = DAY + 1_000;
    expect(wanted.isDue).toBe(true);
    expect(wanted.decide().get('A1')).toMatchObject([{ setAt: DAY + 1_000 }]);
    expect(wanted.isDue).toBe(false);
  });

  it('A connection that names another app than before changes both, and leaves the first to a connection that shares it', async () => {
    const { registry, wanted } = await wantedOf('A1', 'A2');
    registry.read('A2', variablesOf('A1', DAY - 1_000));
    registry.identify('A2', 'xoxb-A1', { t: 'known', owner: ownerOf('A1'), isConfirmed: true });
    expect([...wanted.decide()]).toMatchObject([['A1', [{ setAt: DAY - 1_000 }]]]);
    await registry.list([recordOf('A1')], new Set(['A1']));
    expect([...wanted.decide()]).toMatchObject([['A1', [{ setAt: 0 }]]]);
  });
});
