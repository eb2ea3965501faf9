import { execFileSync } from 'node:child_process';
import { copyFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../helpers/eventually.js';
import { DeploymentState } from '../../src/gen/autokitteh/deployments/v1/deployments_pb.js';
import { Terminal } from '../install/terminal.js';
import { startServerUnderTest, type ServerUnderTest, type TestUser } from '../world/server.js';
import { deployExample, readExample, type DeployedExample } from './example-project.js';
import { runProgramsInPython } from './python-sessions.js';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'docs/examples/python-greeter');
const TSX = join(ROOT, 'node_modules/tsx/dist/loader.mjs');
const AK_SLACK = [join(ROOT, 'ak-slack')] as const;

type Words = readonly [string, ...string[]];

let home: string;
/** A copy of the example, as an author's project is outside of the checkout. */
let folder: string;
let server: ServerUnderTest;
let owner: TestUser;
let example: DeployedExample;
let environment: Record<string, string>;
const terminals: Terminal[] = [];

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'dev-command-'));
  folder = join(home, 'project');
  await cp(FOLDER, folder, { recursive: true });
  server = await startServerUnderTest();
  const project = await readExample(FOLDER);
  if (server.standIn !== undefined) runProgramsInPython(server.standIn, project);
  owner = await server.createUser();
  example = await deployExample(server, owner, project);
  environment = {
    ...{ HOME: home, PATH: process.env['PATH'] ?? '', AUTOKITTEH_URL: server.url },
    ...(server.signKey === undefined ? {} : { AUTOKITTEH_SIGN_KEY: server.signKey }),
  };
  // The first project in Python takes a real server minutes.
}, 600_000);

afterEach(async () => {
  for (const terminal of terminals.splice(0)) await terminal.end();
});

afterAll(async () => {
  await example.remove();
  await server.stop();
  await rm(home, { recursive: true, force: true });
});

/** Types it in the folder of the example. */
function type(words: Words, more: Readonly<Record<string, string>> = {}): Terminal {
  const terminal = new Terminal(words, { environment: { ...environment, ...more }, folder });
  terminals.push(terminal);
  return terminal;
}

/** Starts `ak-slack dev`, until the sockets are open. */
async function dev(): Promise<Terminal> {
  const terminal = type([...AK_SLACK, 'dev']);
  await terminal.says('sockets live');
  return terminal;
}

async function send(...words: readonly string[]): Promise<{ code: number | null; output: string }> {
  const terminal = type([...AK_SLACK, 'dev', 'send', ...words]);
  const code = await terminal.ended;
  return { code, output: terminal.output };
}

/** The names of the variables of the connection and of the project. */
async function variables(): Promise<string[]> {
  const { projectId, connections } = example.project;
  const scopes = [projectId, connections['my_slack'] ?? ''];
  const found = await Promise.all(scopes.map((scopeId) => owner.clients.vars.get({ scopeId })));
  return found.flatMap(({ vars }) => vars.map(({ name }) => name));
}

describe('The command `ak-slack dev`', () => {
  it('One command beside `ak deploy` leads to the first event of a Python project, and to its answers', async () => {
    const running = await dev();
    const mention = await send('mention', '--channel', 'general', '--text', 'good morning', '--wait', '60');
    expect(mention.output).toMatch(/Slack sent +#\d+ app_mention in #general: <@U\w+> good morning/);
    expect(mention.output).toMatch(/workflow called +chat\.postMessage to #general: Hello <@U\w+>!/);
    expect(mention.output).toMatch(/printed +by ses_\w+: greeted U\w+/);
    expect(mention.output).toMatch(/session +ses_\w+ ended/);
    expect(mention.code, mention.output).toBe(0);
    expect(running.output).toContain('Hello <@');

    const click = await send('click', '--action', 'wave', '--user', 'ann', '--wait', '60');
    expect(click.output).toMatch(/workflow called +chat\.postMessage to #general: <@U\w+> waves to <@U\w+>/);
    expect(click.code, click.output).toBe(0);

    const none = await send('click', '--action', 'unknown');
    expect(none).toMatchObject({ code: 1 });
    expect(none.output).toContain('no message of a workflow has a button with the action_id unknown');

    running.signal('SIGINT');
    expect(await running.ended, running.output).toBe(0);
    expect(await variables()).toEqual([]);
    expect((await send('message')).output).toContain('`ak-slack dev` does not run');
  }, 300_000);

  it('What a run that was killed has left is removed by the next one, and that one’s by its own end', async () => {
    const killed = await dev();
    killed.signal('SIGKILL');
    await killed.ended;
    expect(await variables()).toContain('private_bot_token');
    const next = await dev();
    expect(next.output).toContain('removed what an earlier run left at greeter/my_slack');
    next.signal('SIGTERM');
    expect(await next.ended).toBe(0);
    expect(await variables()).toEqual([]);
  }, 300_000);
});

describe('The end of the terminal of `ak-slack dev`', () => {
  it('A run whose terminal is closed removes what it has made', async () => {
    const running = await dev();
    expect(await variables()).toContain('private_bot_token');
    running.close();
    expect(await running.ended).toBe(0);
    expect(await variables()).toEqual([]);
  }, 300_000);
});

describe('The command `ak-slack dev send` where the project is not deployed', () => {
  it('It is said that nobody listens, and the command fails', async () => {
    const { deployments } = owner.clients;
    const { projectId } = example.project;
    const active = { projectId, state: DeploymentState.ACTIVE };
    for (const { deploymentId } of (await deployments.list(active)).deployments)
      await deployments.deactivate({ deploymentId });
    try {
      const running = type([...AK_SLACK, 'dev']);
      await running.says('sockets open when a deployment is active');
      const sent = await send('message', '--wait', '4');
      expect(sent.output).toContain('The app has no open socket');
      expect(sent.output).toContain('It was not acknowledged.');
      expect(sent.code).toBe(1);
      running.signal('SIGINT');
      await running.ended;
    } finally {
      await server.deploy(example.project);
    }
  }, 300_000);
});

describe('The tests of docs/examples/python-greeter', () => {
  it('The example’s tests in Python pass, in pytest where there is one', async () => {
    const tests: Words = hasPytest()
      ? ['python3', '-m', 'pytest', '-q', '-p', 'no:cacheprovider']
      : ['python3', '-c', WITHOUT_PYTEST];
    const terminal = type(tests, { AK_SLACK: AK_SLACK.join(' '), PYTHONDONTWRITEBYTECODE: '1' });
    expect(await terminal.ended, terminal.output).toBe(0);
    expect(await variables()).toEqual([]);
  }, 300_000);

  it('The example’s tests in TypeScript pass', async () => {
    // The package's name leads to the sources.
    const packageFolder = join(home, 'node_modules/autokitteh-slack-socket-mode');
    await mkdir(packageFolder, { recursive: true });
    await writeFile(
      join(packageFolder, 'package.json'),
      JSON.stringify({ type: 'module', exports: { './testing': './testing.ts' } }),
    );
    await writeFile(
      join(packageFolder, 'testing.ts'),
      `export * from '${join(ROOT, 'src/dev/testing.ts')}';\n`,
    );
    const test = join(home, 'greeter.test.ts');
    await copyFile(join(FOLDER, 'greeter.test.ts'), test);
    await writeFile(join(home, 'package.json'), JSON.stringify({ type: 'module' }));
    const terminal = type([process.execPath, '--import', TSX, '--test', test]);
    expect(await terminal.ended, terminal.output).toBe(0);
    expect(terminal.output).toMatch(/pass 2/);
    await eventually(async () => (await variables()).length === 0, 'no variable that is left');
  }, 300_000);
});

const WITHOUT_PYTEST = `
import test_greeter
from scripted_slack import ScriptedSlack
with ScriptedSlack("greeter/my_slack") as slack:
    for name in dir(test_greeter):
        if name.startswith("test_"):
            getattr(test_greeter, name)(slack)
`;

function hasPytest(): boolean {
  try {
    execFileSync('python3', ['-m', 'pytest', '--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
