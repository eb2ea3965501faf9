import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Releasers } from '../../src/core/lifecycle.js';
import { freePorts } from '../../src/demo/free-ports.js';
import { eventually } from '../helpers/eventually.js';
import { addInstallation, createConnection, setVariables } from '../world/connections.js';
import { untilStatus } from '../world/observations.js';
import { openPeers, type Peers } from '../world/open-world.js';
import { startStandInUnderTest, type StandInUnderTest } from '../world/server.js';
import { buildImage, type Image } from './image.js';
import { barePath, npmSettings, ROOT, Terminal } from './terminal.js';

const NODE = '/usr/local/bin/node';
// A user of which this machine knows nothing. Only root can run something as another user.
const STRANGER = 123_456;
const user = process.getuid?.() === 0 ? STRANGER : undefined;

const releasers = new Releasers();
let folder: string;
let image: Image;
let peers: Peers<StandInUnderTest>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'image-'));
  releasers.push('the folder', () => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755);
  image = await buildImage(folder, {
    context: ROOT,
    dockerfile: join(ROOT, 'deploy/Dockerfile'),
    environment: { ...npmSettings(), PATH: barePath(), HOME: folder },
    given: { [NODE]: process.execPath },
  });
  peers = await openPeers({ server: () => startStandInUnderTest() });
  releasers.push('Slack and AutoKitteh', () => peers.stop());
}, 1_800_000);

afterAll(() => releasers.releaseAll(), 60_000);

/** A command of the image, as a container runs it: with the image's environment alone, and without a home. */
function start(words: readonly string[], settings: Readonly<Record<string, string>>): Terminal {
  const [program = '', ...rest] = words.map((word) => (word.startsWith('/') ? join(image.root, word) : word));
  const environment = Object.entries({ ...image.environment, ...settings }).map(([name, value]) => [
    name,
    image.volumes.includes(value) ? join(image.root, value) : value,
  ]);
  return new Terminal([program, ...rest], {
    environment: Object.fromEntries(environment) as Record<string, string>,
    ...(user === undefined ? {} : { user }),
  });
}

/** Everything in the image that was written since it was built, and is not below its volume. */
async function written(since: number): Promise<string[]> {
  const paths = await readdir(image.root, { recursive: true });
  const outside = paths.filter((path) => !image.volumes.some((volume) => `/${path}`.startsWith(volume)));
  const times = await Promise.all(outside.map(async (path) => (await stat(join(image.root, path))).mtimeMs));
  return outside.filter((_, index) => (times[index] ?? 0) > since);
}

describe('The image of deploy/Dockerfile', () => {
  it('The program of the image runs as a user without a name and a home, is healthy, and writes to its volume alone', async () => {
    expect(image.user).not.toMatch(/root|^0/);
    expect(image.volumes).toEqual(['/data']);
    const { installation, appToken } = addInstallation(peers);
    const connection = await createConnection({
      server: peers.server,
      owner: await peers.server.createUser(),
    });
    await setVariables(connection, {
      ...{
        auth_type: 'socketMode',
        socket_mode_app_token: appToken,
        private_bot_token: installation.botToken,
      },
    });
    const key = join(folder, 'sign-key');
    await writeFile(key, peers.server.standIn.signKey);
    const [plugin, gateway] = await freePorts(2);
    const settings = {
      ...{
        AUTOKITTEH_URL: peers.server.url,
        AUTOKITTEH_SIGN_KEY_FILE: key,
        SLACK_API_URL: peers.slack.apiUrl,
      },
      ...{ PLUGIN_LISTEN: `127.0.0.1:${plugin}`, GATEWAY_LISTEN: `127.0.0.1:${gateway}` },
    };
    const before = Date.now();
    const container = start(image.entrypoint, settings);
    releasers.push('the container', () => container.end());
    await container.says('"running"');
    await eventually(
      async () => (await start(image.health, settings).ended) === 0,
      'a container that is healthy',
    );
    await untilStatus(peers.server, connection.id, 'ok', /2 sockets live/);
    const status = start([...image.entrypoint, 'status'], settings);
    await status.ended;
    expect(status.output).toContain('2 sockets live');

    expect(await readdir(join(image.root, 'data'))).toEqual(
      expect.arrayContaining(['journal.sqlite', 'ops-token', 'plugin-token']),
    );
    expect(await written(before)).toEqual([]);
    container.signal('SIGTERM');
    expect(await container.ended, container.output).toBe(0);
    expect(await start(image.health, settings).ended).toBe(1);
  });

  it('The image holds no secret and no tool of development', async () => {
    const paths = await readdir(image.root, { recursive: true });
    expect(
      paths.filter((path) => /(?:^|\/)(?:vitest|typescript|tsx|oxlint)$|\.env$|secrets\//.test(path)),
    ).toEqual([]);
    const text = await readFile(join(ROOT, 'deploy/Dockerfile'), 'utf8');
    expect(text).not.toMatch(/xox[a-z]-|xapp-|_TOKEN=|_KEY=|PASSWORD=/);
  });
});
