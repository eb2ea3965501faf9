import { describe, expect, it } from 'vitest';
import type { BotTokenState } from '../../../src/connections/bot-identity.js';
import { Registry } from '../../../src/connections/registry.js';
import type { BotOwner } from '../../../src/connections/whose-bot.js';
import { recordOf } from './entries.js';

const HERE = { appId: 'A1', enterpriseId: '', teamId: 'T1' };

function variablesOf(botToken: string) {
  const variables = {
    auth_type: 'socketMode',
    socket_mode_app_token: 'xapp-1-A1-1-x',
    private_bot_token: botToken,
    install_ids: 'A1//T1',
  };
  return Object.entries(variables).map(([name, value]) => ({ name, value, isSecret: false }));
}

function ownerOf(installIds: string): BotOwner {
  const [appId = '', enterpriseId = '', teamId = ''] = installIds.split('/');
  return { appId, enterpriseId, teamId, botUserId: 'U1', botId: 'B1' };
}

function known(installIds: string, isConfirmed = true): BotTokenState {
  return { t: 'known', owner: ownerOf(installIds), teamName: 'Team', isConfirmed };
}

describe('Registry', () => {
  it('The registry routes only by what Slack said of the present bot token', async () => {
    const registry = new Registry();
    await registry.list([recordOf('one')], new Set(['one']));
    registry.read('one', variablesOf('xoxb-1'));
    expect(registry.connectionsOf(HERE, true)).toEqual([]);
    expect(registry.undecided('A1')).toEqual(['one']);
    expect(registry.undecided('A2')).toEqual([]);
    registry.identify('one', 'xoxb-1', known('A1//T1'));
    expect(registry.connectionsOf(HERE, false)).toEqual(['one']);
    registry.read('one', variablesOf('xoxb-2'));
    expect(registry.connectionsOf(HERE, true)).toEqual([]);
    registry.identify('one', 'xoxb-1', known('A1//T1'));
    expect(registry.connectionsOf(HERE, true)).toEqual([]);
    registry.identify('one', 'xoxb-2', known('A1//T2'));
    expect(registry.connectionsOf({ ...HERE, teamId: 'T2' }, false)).toEqual(['one']);
    expect(registry.undecided('A1')).toEqual([]);
  });

  it('Of a thousand connections that the server lists, only the one that it describes otherwise is looked at', async () => {
    const registry = new Registry();
    let looked = 0;
    const records = Array.from({ length: 1_000 }, (_, number) => ({
      ...recordOf(`${number}`),
      get id() {
        looked += 1;
        return `${number}`;
      },
    }));
    const ids = new Set(records.map(({ id }) => id));
    await registry.list(records, ids, ids);
    looked = 0;
    const next = records.with(500, { ...recordOf('500'), name: 'another name' });
    expect(await registry.list(next, ids, ids)).toEqual(['500']);
    expect(registry.get('500')?.record.name).toBe('another name');
    expect(looked).toBe(0);
    // All of them, where others are active than before.
    await registry.list(next, new Set(['1']), ids);
    expect([registry.get('1')?.active, registry.get('500')?.active]).toEqual([true, false]);
  });

  it('What Slack said before the start decides whom an event is for, and never that it is for nobody', async () => {
    const registry = new Registry();
    await registry.list([recordOf('one')], new Set(['one']));
    registry.read('one', variablesOf('xoxb-1'));
    registry.identify('one', 'xoxb-1', known('A1//T1', false));
    expect(registry.connectionsOf(HERE, false)).toEqual(['one']);
    expect(registry.undecided('A1')).toEqual(['one']);
    registry.identify('one', 'xoxb-1', known('A1//T1', true));
    expect(registry.undecided('A1')).toEqual([]);
  });

  it('A connection with tokens of two apps gets no events', async () => {
    const registry = new Registry();
    await registry.list([recordOf('one')], new Set(['one']));
    registry.read('one', variablesOf('xoxb-1'));
    registry.identify('one', 'xoxb-1', known('A2//T1', false));
    expect(registry.connectionsOf(HERE, false)).toEqual([]);
    expect(registry.connectionsOf({ ...HERE, appId: 'A2' }, false)).toEqual([]);
    expect(registry.undecided('A1')).toEqual([]);
  });

  it('The registry routes what ends an installation, and nothing else, to connections that Slack has shut out', async () => {
    const registry = new Registry();
    await registry.list([recordOf('one'), recordOf('never')], new Set(['one', 'never']));
    for (const id of ['one', 'never']) registry.read(id, variablesOf('xoxb-1'));
    const refused = { t: 'refused', error: 'token_revoked' } as const;
    registry.identify('one', 'xoxb-1', { ...refused, was: ownerOf('A1//T1') });
    registry.identify('never', 'xoxb-1', refused);
    expect(registry.connectionsOf(HERE, false)).toEqual([]);
    expect(registry.connectionsOf(HERE, true)).toEqual(['one']);
  });

  it('The registry forgets connections that are not listed and routes nothing to inactive ones', async () => {
    const registry = new Registry();
    expect(await registry.list([recordOf('one'), recordOf('two')], new Set(['one']))).toEqual(['one', 'two']);
    for (const id of ['one', 'two']) {
      registry.read(id, variablesOf('xoxb-1'));
      registry.identify(id, 'xoxb-1', known('A1//T1'));
    }
    expect(registry.connectionsOf(HERE, false)).toEqual(['one']);
    const two = registry.get('two')?.record;
    expect(await registry.list(two === undefined ? [] : [two], new Set(['two']))).toEqual([]);
    expect(registry.connectionsOf(HERE, false)).toEqual(['two']);
    registry.read('one', variablesOf('xoxb-1'));
    expect([...registry.all()]).toHaveLength(1);
  });

  it('The registry computes routes again only when something that they depend on has changed', async () => {
    const registry = new Registry();
    const both = [recordOf('one'), recordOf('two')];
    let looks = 0;
    const identity: BotTokenState = {
      t: 'known',
      isConfirmed: true,
      get owner() {
        looks += 1;
        return ownerOf('A1//T1');
      },
    };
    await registry.list(both, new Set(['one', 'two']));
    for (const id of ['one', 'two']) {
      registry.read(id, variablesOf('xoxb-1'));
      registry.identify(id, 'xoxb-1', identity);
    }
    expect(registry.connectionsOf(HERE, false)).toEqual(['one', 'two']);
    looks = 0;
    await registry.list([recordOf('one'), { ...recordOf('two'), name: 'renamed' }], new Set(['one', 'two']));
    registry.read('one', [...variablesOf('xoxb-1'), { name: 'other', value: 'x', isSecret: false }]);
    expect(registry.connectionsOf(HERE, false)).toEqual(['one', 'two']);
    expect(looks).toBe(0);
    await registry.list(both, new Set(['two']));
    expect(registry.connectionsOf(HERE, false)).toEqual(['two']);
    await registry.list(both, new Set(['one', 'two']));
    expect(registry.connectionsOf(HERE, false)).toEqual(['one', 'two']);
    await registry.list([recordOf('one')], new Set(['one', 'two']));
    expect(registry.connectionsOf(HERE, false)).toEqual(['one']);
    const elsewhere = variablesOf('xoxb-1').map((row) => ({ ...row, value: row.value.replace('A1', 'A2') }));
    registry.read('one', elsewhere);
    expect(registry.connectionsOf(HERE, false)).toEqual([]);
  });
});
