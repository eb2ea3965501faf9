import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Code } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import { message } from '../../../src/sim/slack/frames/messages.js';
import { OPS_TOKEN } from '../../world/program.js';
import { eventually } from '../../helpers/eventually.js';
import { addInstallation, connect } from '../../world/connections.js';
import { eventsOf, overview } from '../../world/observations.js';
import { startWorld } from '../../world/world.js';
import { environmentOf, useUser } from './run-words.js';

const { folder, run } = useUser();

describe('The command open', () => {
  it('The command open prints a link whose code opens the status page once', async () => {
    const world = await startWorld();
    const { out } = await run(['open'], environmentOf(world));
    const link = new URL(out.trim());
    expect([link.origin, link.pathname]).toEqual([world.program.pluginUrl, '/ops/open']);
    const enter = (): Promise<Response> =>
      fetch(`${link.origin}/ops/session`, {
        method: 'POST',
        headers: { origin: link.origin },
        body: JSON.stringify({ code: link.hash.slice(1) }),
      });
    const entered = await enter();
    const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
    const page = await fetch(`${link.origin}/ops/`, { headers: { cookie } });
    expect([entered.status, page.status]).toEqual([204, 200]);
    expect((await enter()).status).toBe(401);
  });
});

describe('The commands status and dead-letters', () => {
  it('The commands status and dead-letters ask the running program, list dead letters and send them again', async () => {
    const world = await startWorld();
    const { slack, standIn } = world;
    const { app, installation, appToken } = addInstallation(world);
    const connection = await connect(world, installation, appToken);
    const environment = environmentOf(world);
    const status = await run(['status'], environment);
    expect(status.code).toBe(0);
    expect(status.out).toContain('All is well.');
    const named = { ...environment, PLUGIN_LISTEN: '127.0.0.1:9' };
    expect(await run(['status', '--url', `${world.program.pluginUrl}/`], named)).toEqual(status);
    expect(status.out).toMatch(
      new RegExp(`^connection .* \\(${connection.id}\\): ok, Using Socket Mode`, 'm'),
    );
    expect(status.out).toContain(`Slack app ${app.id}: live, 2 live`);
    expect(JSON.parse((await run(['status', '--json'], environment)).out)).toMatchObject({ problems: [] });
    expect((await run(['dead-letters', 'list'], environment)).out).toBe('There are no dead letters.');

    standIn.faults.refuse({ method: '/Dispatch', code: Code.InvalidArgument, words: 'no [event]' }, 3);
    for (let number = 0; number < 3; number++) slack.send(installation, message());
    await slack.ledger.allSettled();
    await eventually(async () => (await overview(world)).delivery.dead === 3, 'three dead letters');
    expect((await run(['status'], environment)).code).toBe(3);
    const listed = await run(['dead-letters', 'list'], environment);
    expect(listed.out.split('\n')).toHaveLength(3);
    expect(listed.out).toMatch(/^1 {2}20.* {2}(\w+\/)?sl_\w+ {2}message in \w+ \(Ev.*\): .*no \[event\]/);
    const json = JSON.parse((await run(['dead-letters', 'list', '--json'], environment)).out) as object[];
    expect(json).toHaveLength(3);
    expect((await run(['dead-letters', 'resend', '2', '2', '77'], environment)).out).toBe('Requeued 1 of 2.');
    await eventually(() => eventsOf(world, connection.id).length === 1, 'one');
    expect(await run(['dead-letters', 'resend', '77'], environment)).toMatchObject({
      ...{ code: 1, out: '' },
      error: 'There is no dead letter 77: `ak-slack dead-letters list` prints all dead letters.',
    });
    expect(await run(['dead-letters', 'resend', '77', '78'], environment)).toMatchObject({
      ...{ code: 1, out: '' },
      error: expect.stringMatching(/^There is none of these dead letters/) as string,
    });
    expect((await run(['dead-letters', 'resend', '--all'], environment)).out).toBe('Requeued 2.');
    await eventually(() => eventsOf(world, connection.id).length === 3, 'all');
    expect((await run(['dead-letters', 'resend', '--all'], environment)).out).toBe('Requeued 0.');
  });

  it('The commands status and dead-letters take the credential from its file, and a refusal names the file', async () => {
    const world = await startWorld();
    const environment = { ...environmentOf(world), OPS_TOKEN: '' };
    const path = join(folder.path, 'autokitteh-slack', 'ops-token');
    expect(await run(['status'], environment)).toMatchObject({
      code: 1,
      error: expect.stringContaining(
        `requires a credential, and there is no file ${path}: set OPS_TOKEN`,
      ) as string,
    });
    await mkdir(dirname(path));
    await writeFile(path, 'the-credential-of-another-program\n', { mode: 0o600 });
    expect((await run(['dead-letters', 'list'], environment)).error).toContain(
      `refused the credential in ${path}`,
    );
    await writeFile(path, `${OPS_TOKEN}\n`);
    expect((await run(['status'], environment)).code).toBe(0);
    await chmod(path, 0o640);
    expect((await run(['status'], environment)).error).toBe(
      `${path} can be read by other users: delete it, so that the next start creates a new one, or set OPS_TOKEN`,
    );
    const given = { ...environment, OPS_TOKEN: 'not-the-right-credential' };
    expect((await run(['status'], given)).error).toContain('refused OPS_TOKEN');
  });

  it('The command status says so when it meets another program', async () => {
    const world = await startWorld();
    const elsewhere = { ...environmentOf(world), PLUGIN_LISTEN: new URL(world.slack.url).host };
    expect(await run(['status'], elsewhere)).toMatchObject({
      code: 5,
      error: expect.stringMatching(/is not an ak-slack server \(HTTP 404\)/) as string,
    });
  });
});
