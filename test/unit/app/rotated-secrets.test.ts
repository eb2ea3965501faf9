import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Code } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import type { Settings } from '../../../src/config.js';
import { message } from '../../../src/sim/slack/frames/messages.js';
import { eventually } from '../../helpers/eventually.js';
import { useFolder } from '../../helpers/use-folder.js';
import { addInstallation, connect } from '../../world/connections.js';
import { eventsOf, overview } from '../../world/observations.js';
import { OPS_TOKEN } from '../../world/program.js';
import { startWorld } from '../../world/world.js';

describe('secrets that are rotated while the program runs', () => {
  const folder = useFolder();

  it("A signing key and an operators' credential that are replaced in their files are used without a restart", async () => {
    const world = await startWorld();
    const { slack, standIn, program } = world;
    const key = join(folder.path, 'sign-key');
    const token = join(folder.path, 'ops-token');
    await writeFile(key, standIn.signKey);
    await writeFile(token, OPS_TOKEN);
    const files = { AUTOKITTEH_SIGN_KEY_FILE: key, OPS_TOKEN_FILE: token } as Settings;
    await world.restart({ AUTOKITTEH_SIGN_KEY: '', OPS_TOKEN: '', ...files });
    const { installation, appToken } = addInstallation(world);
    const connection = await connect(world, installation, appToken);

    const next = 'cd'.repeat(32);
    standIn.rotateSignKey(next);
    await writeFile(key, `${next}\n`);
    const sent = slack.send(installation, message());
    expect((await slack.ledger.settled(sent)).state).toBe('acknowledged');
    await eventually(() => eventsOf(world, connection.id).length === 1, 'the event, with the new key');

    const answered = (credential: string): Promise<number> =>
      fetch(`${program.pluginUrl}/ops/overview`, { headers: { authorization: `Bearer ${credential}` } }).then(
        ({ status }) => status,
      );
    expect(await answered(OPS_TOKEN)).toBe(200);
    await writeFile(token, 'the-next-credential-of-operators');
    await eventually(
      async () => (await answered('the-next-credential-of-operators')) === 200,
      'the new credential',
    );
    expect(await answered(OPS_TOKEN)).toBe(401);
  });

  it('The log tells a connection by the names of its project and of itself', async () => {
    const world = await startWorld();
    const { installation, appToken } = addInstallation(world);
    const connection = await connect(world, installation, appToken);
    const { name, projectId } = world.standIn.store.connections.get(connection.id)!;
    const project = world.standIn.store.projects.get(projectId)!.name;
    await eventually(
      async () => (await overview(world)).connections.some((each) => each.project === project),
      "the project's name",
    );
    world.standIn.faults.refuse({ method: '/Dispatch', code: Code.InvalidArgument, words: 'no' }, 1);
    world.slack.send(installation, message());
    await eventually(
      () =>
        world.program.logged.some(
          (line) =>
            line.includes('could not be dispatched') &&
            line.includes(`"connection":"${project}/${name}"`) &&
            line.includes(`"connectionId":"${connection.id}"`),
        ),
      'a line with the names',
    );
  });
});
