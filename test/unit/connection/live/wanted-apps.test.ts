import { describe, expect, it } from 'vitest';
import { wantedApps } from '../../../../src/connection/live/wanted-apps.js';
import { complete, entryOf } from './entries.js';

const DAY = Date.parse('2025-10-09T00:00:00Z');

describe('wantedApps', () => {
  it('The wanted apps are those of active connections that are set up, and no others', () => {
    const wanted = wantedApps([
      entryOf('one', complete('A1', 'one')),
      entryOf('asleep', complete('A2', 'two'), false),
      entryOf('half', { t: 'incomplete', problems: ['private_bot_token is missing'] }),
      entryOf('new', { t: 'new' }),
      entryOf('theirs', { t: 'built_in' }),
      entryOf('oauth', { t: 'other', authType: 'oauth' }),
    ]);
    expect([...wanted]).toEqual([['A1', [{ token: 'one', setAt: 0 }]]]);
  });

  it('The tokens of an app come newest first, each once, with the latest time of saving', () => {
    const wanted = wantedApps([
      entryOf('first', complete('A1', 'shared', DAY)),
      entryOf('second', complete('A1', 'old', DAY + 1_000)),
      entryOf('third', complete('A1', 'shared', DAY + 2_000)),
      entryOf('fourth', complete('A1', 'shared', DAY + 1_500)),
    ]);
    expect(wanted.get('A1')).toEqual([
      { token: 'shared', setAt: DAY + 2_000 },
      { token: 'old', setAt: DAY + 1_000 },
    ]);
  });

  it('Tokens of the same time stay in the same order whichever connection comes first', () => {
    const entries = ['b', 'a', 'c'].map((token) => entryOf(token, complete('A1', token, DAY)));
    const wanted = wantedApps(entries).get('A1') ?? [];
    expect(wanted.map(({ token }) => token)).toEqual(['a', 'b', 'c']);
    expect(new Set(wanted.map(({ setAt }) => setAt)).size).toBe(3);
    expect(wantedApps(entries.toReversed()).get('A1')).toEqual(wanted);
  });
});
