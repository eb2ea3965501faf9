import { describe, expect, it } from 'vitest';
import { addInstallation, createConnection } from '../../world/connections.js';
import { untilStatus } from '../../world/observations.js';
import { startWorld } from '../../world/world.js';
import { environmentOf, useUser, type Ran } from './run-words.js';

const { folder, run } = useUser();

describe('The command save', () => {
  it("The command save stores checked tokens with the person's own credential and with no other", async () => {
    const world = await startWorld();
    const { installation, appToken } = addInstallation(world);
    const connection = await createConnection(world);
    const environment = { ...environmentOf(world), AUTOKITTEH_SIGN_KEY: world.standIn.signKey };
    const tokens = `${installation.botToken}\n${appToken}`;
    const own = await folder.file('own', `${world.owner.token}\n`);
    const stranger = await folder.file('stranger', (await world.server.createUser()).token);

    expect((await run(['save', connection.id], environment, tokens)).code).toBe(1);
    const theirs = await run(['save', connection.id, '--user-token-file', stranger], environment, tokens);
    expect(theirs).toMatchObject({ code: 1, error: expect.stringContaining('not found') as string });
    const wrong = await run(['save', connection.id, '--user-token-file', own], environment, 'xoxb-1-2-abc');
    expect([wrong.code, wrong.out]).toEqual([1, expect.stringContaining('FAIL')]);
    expect(world.standIn.store.vars.get(connection.id)).toBeUndefined();

    const saved = await run(['save', connection.id, '--user-token-file', own], environment, tokens);
    expect(saved).toMatchObject({ code: 0, error: '' });
    expect(saved.out).toContain(`Saved: ${connection.id} is connected to Synthetic.`);
    expect(saved.out).not.toMatch(/xox|xapp/);
    await untilStatus(world, connection.id, 'ok', /2 sockets live/);
    const malformed = await run(['save', 'con_x', '--user-token-file', own], environment, tokens);
    expect(malformed).toMatchObject({
      code: 1,
      error: expect.stringMatching(/"con_x" names no connection: /) as string,
    });
  });
});

describe('The connection that the command save is given', () => {
  it('The command save takes the name of a connection as ak does, and says which names there are', async () => {
    const world = await startWorld();
    const { installation, appToken } = addInstallation(world);
    const connection = await createConnection(world);
    const { name, projectId } = world.standIn.store.connections.get(connection.id)!;
    const project = world.standIn.store.projects.get(projectId)!.name;
    const own = await folder.file('own', world.owner.token);
    const tokens = await folder.file('tokens', `${installation.botToken}\n${appToken}`);
    const save = (named: string): Promise<Ran> =>
      run(['save', named, '--tokens-file', tokens, '--user-token-file', own, '--json'], environmentOf(world));

    expect((await save(`${project}/other`)).error).toBe(
      `project ${project} has no connection other; its Slack connections are: ${name}`,
    );
    expect((await save(`no_such/${name}`)).error).toMatch(
      /^there is no project no_such, or you may not see it/,
    );
    for (const wrong of ['a/b/c', `${project}/`, name])
      expect((await save(wrong)).error).toMatch(/names no connection/);
    const { code, out } = await save(`${project}/${name}`);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      ...{ passed: true, saved: true, connectionId: connection.id, workspace: 'Synthetic' },
      steps: expect.arrayContaining([expect.objectContaining({ verdict: 'passed' })]) as object,
    });
    await untilStatus(world, connection.id, 'ok', /2 sockets live/);
  });
});
