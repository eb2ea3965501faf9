import { once } from 'node:events';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MadeFiles, type Made } from '../../../src/dev/made.js';
import { startAuthorWorld, type AuthorWorld } from '../../world/dev-world.js';

let author: AuthorWorld;

beforeEach(async () => {
  author = await startAuthorWorld();
});

afterEach(() => author.stop());

function variablesOf(scopeId: string): Record<string, string> {
  const rows = [...(author.server.standIn.store.vars.get(scopeId)?.values() ?? [])];
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
}

async function setProject(variables: Readonly<Record<string, string>>): Promise<void> {
  const { projectId: scopeId } = author.project;
  const vars = Object.entries(variables).map(([name, value]) => ({ scopeId, name, value, isSecret: false }));
  await author.owner.clients.vars.set({ vars });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}

/** What a run notes, and that run ended in order. */
async function noteOfRun(): Promise<Made> {
  const run = await author.dev();
  const [made] = await new MadeFiles(author.folder).all();
  await run.stop();
  if (made === undefined) throw new Error('the run has noted nothing');
  return made;
}

const DEAD_API = 'http://127.0.0.1:9/api/';

describe('Runs of `ak-slack dev` beside each other', () => {
  it('A second run for another connection of the project is refused, because one leads all Python sessions of the project', async () => {
    const { connections } = author.server.standIn.store;
    const first = await author.dev();
    const [ids, variables] = [[...connections.keys()], variablesOf(author.project.projectId)];
    const message = await author
      .dev({ connection: `${author.projectName}/another` })
      .then(() => '', messageOf);
    expect(message).toContain(`already runs for ${author.projectName}/my_slack`);
    expect(message).toContain(`its page is ${first.url}`);
    expect([...connections.keys()]).toEqual(ids);
    expect(variablesOf(author.project.projectId)).toEqual(variables);
    await first.stop();
    expect(variablesOf(author.project.projectId)).toEqual({});
  });

  it('Of two runs that start at the same moment one is refused, and nothing of the other one is lost', async () => {
    const results = await Promise.allSettled([author.dev(), author.dev()]);
    const started = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(started).toHaveLength(1);
    expect(variablesOf(author.connectionId)['private_bot_token']).toMatch(/^xoxb-/);
    expect((await new MadeFiles(author.folder).all()).map(({ url }) => url)).toEqual([started[0]?.url]);
    await started[0]?.stop();
    expect(variablesOf(author.connectionId)).toEqual({});
    expect(variablesOf(author.project.projectId)).toEqual({});
  });

  it('A run that is suspended is not taken for one that was killed', async () => {
    const made = await noteOfRun();
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    await setProject({ AK_SLACK_DEV_API_URL: made.projectVariables[1]?.wrote ?? '' });
    await new MadeFiles(author.folder).write({ ...made, url: `http://127.0.0.1:${port}` });
    const before = variablesOf(author.project.projectId);
    try {
      expect(await author.dev().then(() => '', messageOf)).toContain('already runs for');
      expect(variablesOf(author.project.projectId)).toEqual(before);
    } finally {
      silent.close();
    }
  });

  it('What a killed run has left is removed too where the server was given by another name', async () => {
    const made = await noteOfRun();
    const serverUrl = made.serverUrl.replace('127.0.0.1', 'localhost');
    expect(serverUrl).not.toBe(made.serverUrl);
    await setProject(Object.fromEntries(made.projectVariables.map(({ name, wrote }) => [name, wrote])));
    await new MadeFiles(author.folder).write({ ...made, serverUrl });
    const run = await author.dev();
    expect(author.told).toContain(`removed what an earlier run left at ${made.name}`);
    await run.stop();
    expect(variablesOf(author.project.projectId)).toEqual({});
  });

  it('What a run has left of which nothing is noted is not put back', async () => {
    const [python] = (await noteOfRun()).projectVariables;
    await setProject({ PYTHONPATH: `${python?.wrote}:/theirs`, AK_SLACK_DEV_API_URL: DEAD_API });
    const run = await author.dev();
    await run.stop();
    expect(variablesOf(author.project.projectId)).toEqual({ PYTHONPATH: '/theirs' });
  });

  it('The journal of a run that was killed is removed by the next run', async () => {
    const made = await noteOfRun();
    const name = `ak-slack-dev-${made.instance}`;
    await mkdir(join(tmpdir(), name));
    await writeFile(join(tmpdir(), name, 'journal.sqlite'), 'events');
    await new MadeFiles(author.folder).write(made);
    const run = await author.dev();
    expect(await readdir(tmpdir())).not.toContain(name);
    await run.stop();
  });

  it('Notes that somebody else may have written are not followed', async () => {
    const made = await noteOfRun();
    const files = new MadeFiles(author.folder);
    await files.write({ ...made, madeConnection: true });
    await chmod(join(author.folder, 'dev'), 0o777);
    try {
      expect(await author.dev().then(() => '', messageOf)).toContain('other users may write into');
      expect(author.server.standIn.store.connections.has(author.connectionId)).toBe(true);
    } finally {
      await chmod(join(author.folder, 'dev'), 0o700);
      await files.remove(made);
    }
  });
});
