import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { refusalOf } from '../helpers/refusal.js';
import { SLACK } from '../world/server.js';
import { useServer } from './use-server.js';

describe('The variables of a connection', () => {
  const given = useServer();

  it('Variables come back to the system in the order in which they were set, with secrets in clear', async () => {
    const { connectionId: scopeId } = await given.project();
    const sent = [
      { scopeId, name: 'zeta', value: '1', isSecret: false },
      { scopeId, name: 'alpha', value: 'xoxb-secret', isSecret: true },
      { scopeId, name: 'mid', value: '', isSecret: false },
    ];
    await given.user.clients.vars.set({ vars: sent });
    await given.user.clients.vars.set({ vars: [{ scopeId, name: 'zeta', value: '2' }] });
    const { vars } = await given.server.system.vars.get({ scopeId });
    expect(vars.map(({ name, value, isSecret }) => [name, value, isSecret])).toEqual([
      ['zeta', '2', false],
      ['alpha', 'xoxb-secret', true],
      ['mid', '', false],
    ]);
  });

  it('Variables can be asked for by name; a name that does not exist is left out', async () => {
    const { connectionId: scopeId } = await given.project();
    await given.user.clients.vars.set({
      vars: ['a', 'b', 'c'].map((name) => ({ scopeId, name, value: name })),
    });
    const { vars } = await given.user.clients.vars.get({ scopeId, names: ['c', 'nope', 'a'] });
    expect(vars.map((row) => row.name).sort()).toEqual(['a', 'c']);
    await given.user.clients.vars.delete({ scopeId, names: ['a', 'nope'] });
    expect((await given.user.clients.vars.get({ scopeId })).vars.map((row) => row.name)).toEqual(['b', 'c']);
    await given.user.clients.vars.delete({ scopeId });
    expect((await given.user.clients.vars.get({ scopeId })).vars).toEqual([]);
  });

  it('Variables of an unknown connection are not found for a user, and none for the system', async () => {
    const scopeId = 'con_01hzzzzzzzzzzzzzzzzzzzzzzz';
    expect((await refusalOf(given.user.clients.vars.get({ scopeId }))).code).toBe('NotFound');
    expect((await given.server.system.vars.get({ scopeId })).vars).toEqual([]);
  });

  it('Variables hold up to 8092 bytes', async () => {
    const { connectionId: scopeId } = await given.project();
    await given.user.clients.vars.set({ vars: [{ scopeId, name: 'full', value: 'y'.repeat(8_092) }] });
    const over = { scopeId, name: 'over', value: 'é'.repeat(4_047), isSecret: true };
    expect(await refusalOf(given.user.clients.vars.set({ vars: [over] }))).toEqual({
      code: 'InvalidArgument',
      words: 'value size 8094 exceeds max value size 8092',
    });
  });

  it('Variables are taken until more than 64 are there', async () => {
    const { connectionId: scopeId } = await given.project();
    const many = Array.from({ length: 65 }, (_, index) => ({ scopeId, name: `n${index}`, value: '1' }));
    await given.user.clients.vars.set({ vars: many });
    const more = given.user.clients.vars.set({ vars: [{ scopeId, name: 'more', value: '1' }] });
    expect((await refusalOf(more)).words).toContain('exceeds max number of variables 64');
  });

  it('Variables need a name that is a symbol, and a scope that can have some', async () => {
    const { connectionId: scopeId } = await given.project();
    const set = async (row: { scopeId: string; name: string; value: string }) =>
      (await refusalOf(given.user.clients.vars.set({ vars: [row] }))).words;
    expect(await set({ scopeId, name: 'bad-name', value: '1' })).toContain('illegal symbol');
    expect(await set({ scopeId, name: '', value: '1' })).toContain('name: missing');
    expect(await set({ scopeId: SLACK, name: 'x', value: '1' })).toContain('invalid var scope id');
  });

  describe('The search for active connections by a variable', () => {
    const name = `looked_for_${randomBytes(4).toString('hex')}`;
    const secret = `secret_${name}`;
    const find = async (variable: string, value = ''): Promise<string[]> =>
      (
        await given.server.system.vars.findActiveConnectionIDs({
          integrationId: SLACK,
          name: variable,
          value,
        })
      ).connectionIds;

    it('Variables find the connections of projects with an active deployment alone; by a secret only with an empty value', async () => {
      const { project, connectionId: scopeId } = await given.project();
      await given.user.clients.vars.set({
        vars: [
          { scopeId, name, value: 'A1/E1/T1' },
          { scopeId, name: secret, value: 'xapp-1', isSecret: true },
        ],
      });
      expect(await find(name)).toEqual([]);
      const deploymentId = await given.server.deploy(project);
      expect(await find(name)).toEqual([scopeId]);
      expect(await find(name, 'A1/E1/T1')).toEqual([scopeId]);
      expect(await find(name, 'A1/E1/T2')).toEqual([]);
      expect(await find(secret)).toEqual([scopeId]);
      expect(await find(secret, 'xapp-1')).toEqual([]);
      // The next deployment replaces this one without a gap.
      const next = await given.server.deploy(project);
      expect(await find(name)).toEqual([scopeId]);
      expect(next).not.toBe(deploymentId);
      await given.user.clients.deployments.deactivate({ deploymentId: next });
      expect(await find(name)).toEqual([]);
      expect(await find(secret)).toEqual([]);
    });

    it('Variables always find the connections of an organisation', async () => {
      const project = await given.server.createProject(await given.server.createUser(), {
        connections: { shared: { ofOrg: true } },
      });
      const scopeId = project.connections['shared'] ?? '';
      const value = `A/E/${scopeId}`;
      await project.owner.clients.vars.set({ vars: [{ scopeId, name: 'install_ids', value }] });
      expect(await find('install_ids', value)).toEqual([scopeId]);
    });

    it('A search of connections by variables needs a name', async () => {
      expect(await refusalOf(find(''))).toEqual({ code: 'InvalidArgument', words: 'empty' });
    });
  });
});
