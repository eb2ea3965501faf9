import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { message } from '../../../src/sim/slack/frames/messages.js';
import { eventually } from '../../helpers/eventually.js';
import { startStandInUnderTest } from '../../world/server.js';
import { addInstallation, createConnection, setVariables } from '../../world/connections.js';
import { eventsOf } from '../../world/observations.js';
import { openPeers, type Peers } from '../../world/open-world.js';

const MAIN = new URL('../../../src/main.ts', import.meta.url).pathname;

/** The program in a process of its own. */
class Program {
  readonly lines: string[] = [];
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;

  constructor(words: readonly string[], environment: Readonly<Record<string, string>>) {
    const { PATH = '', HOME = '' } = process.env;
    this.#child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...words], {
      env: { PATH, HOME, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const input of [this.#child.stdout, this.#child.stderr])
      createInterface({ input }).on('line', (line) => this.lines.push(line));
    this.ended = new Promise((resolve) => this.#child.once('close', resolve));
  }

  /** Waits until it has said this. */
  async says(words: string): Promise<string> {
    return eventually(() => this.lines.find((line) => line.includes(words)), `"${words}"`, 60_000);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

let folder: string;
let peers: Peers | undefined;
let programs: Program[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'process-'));
});

afterEach(async () => {
  for (const program of programs) program.signal('SIGKILL');
  for (const { ended, lines } of programs) {
    await ended;
    expect(lines.filter((line) => /xox[a-z]-|xapp-|eyJ/.test(line))).toEqual([]);
  }
  await peers?.stop();
  await rm(folder, { recursive: true, force: true });
  [peers, programs] = [undefined, []];
});

function run(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Program {
  const program = new Program(words, {
    ...{ PLUGIN_LISTEN: '127.0.0.1:0', GATEWAY_LISTEN: '127.0.0.1:0', XDG_DATA_HOME: folder },
    ...environment,
  });
  programs.push(program);
  return program;
}

// Loaded before the program: faults on a signal, each with a secret in it.
const FAULTS = `
  process.on('SIGUSR2', () => void Promise.reject(new Error('rejected xoxb-1-made-up')));
  process.on('SIGHUP', () => { throw new TypeError('thrown', { cause: { token: 'xapp-1-made-up' } }); });
  process.on('SIGCONT', () => process.emitWarning('warned of\\nxoxp-1-made-up'));
`;
const FAULTY = {
  NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(FAULTS)}`,
  OPS_TOKEN: 'the token of a test',
};

/** As for a user without an entry in the system's list of users. */
const NO_HOME = `
  import os from 'node:os';
  import { syncBuiltinESMExports } from 'node:module';
  os.homedir = () => { throw new Error('uv_os_homedir returned ENOENT (no such file or directory)'); };
  syncBuiltinESMExports();
`;

/** A program with a connection whose sockets are open. */
async function running(more: Readonly<Record<string, string>> = {}) {
  const opened = await openPeers({ server: () => startStandInUnderTest() });
  peers = opened;
  const { slack, server } = opened;
  const { standIn } = server;
  const { app, installation, appToken } = addInstallation(opened);
  const connection = await createConnection({ server, owner: await server.createUser() });
  await setVariables(connection, {
    auth_type: 'socketMode',
    socket_mode_app_token: appToken,
    private_bot_token: installation.botToken,
  });
  const environment = {
    AUTOKITTEH_URL: standIn.url,
    AUTOKITTEH_SIGN_KEY: standIn.signKey,
    SLACK_API_URL: slack.apiUrl,
  };
  const again = (more: Readonly<Record<string, string>> = {}): Program =>
    run([], { ...environment, ...more });
  const program = again(more);
  await slack.waitForSockets(app, 2, 60_000);
  return { slack, standIn, installation, connection, program, again };
}

describe('the process', () => {
  it('The process ends with 0 after SIGTERM with all received events acknowledged, and its next start delivers the rest', async () => {
    const world = await running();
    const { connection, installation, program } = world;
    for (let number = 0; number < 100; number++) world.slack.send(installation, message());
    await world.slack.ledger.waitFor(({ state }) => state === 'acknowledged');
    program.signal('SIGTERM');
    await program.says('received SIGTERM, shutting down (send it again to force)');
    expect(await program.ended).toBe(0);
    await program.says('"stopped"');
    expect(world.slack.ledger.late()).toEqual([]);
    expect(world.slack.sockets()).toEqual([]);
    expect(
      world.slack.ledger.entries.flatMap(({ attempts }) => attempts).map(({ outcome }) => outcome),
    ).not.toContain('timed_out');

    const acknowledged = world.slack.ledger.acknowledged().map(({ key }) => key);
    expect(acknowledged.length).toBeGreaterThan(0);
    world.again();
    const delivered = (): (string | undefined)[] =>
      eventsOf(world, connection.id).map(({ memo }) => memo['slack_event_id']);
    await eventually(
      () => {
        const ids = new Set(delivered());
        return acknowledged.every((id) => ids.has(id));
      },
      'everything that was acknowledged',
      60_000,
    );
    expect(new Set(delivered()).size).toBe(delivered().length);
  });

  it('A start that hangs in a file system ends after the first signal', async () => {
    // Opening a pipe that nobody writes to does not return, like a file system that does not answer.
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const program = run([], { INTEGRATION_MANIFEST: pipe });
    // Made just before the manifest is read.
    await eventually(
      () => existsSync(join(folder, 'autokitteh-slack', 'ops-token')),
      'the credentials',
      20_000,
    );
    program.signal('SIGTERM');
    await program.says('received SIGTERM while starting');
    await program.ended;
  });

  it('A user without a home directory is asked for JOURNAL_URL, and by no command that needs no journal', async () => {
    const homeless = {
      HOME: '',
      XDG_DATA_HOME: '',
      NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(NO_HOME)}`,
    };
    const [start, status, manifest, elsewhere] = [
      run([], homeless),
      run(['status'], { ...homeless, PLUGIN_LISTEN: '127.0.0.1:9' }),
      run(['manifest', '--json'], homeless),
      run([], { ...homeless, JOURNAL_URL: `sqlite:${join(folder, 'journal.sqlite')}` }),
    ];
    expect([await start.ended, start.lines]).toEqual([
      1,
      [
        'there is no place for the journal, because this user has no home directory: set JOURNAL_URL to sqlite:<path>',
      ],
    ]);
    expect([await status.ended, status.lines]).toEqual([
      5,
      [expect.stringContaining('no program listens at http://127.0.0.1:9')],
    ]);
    expect(await manifest.ended).toBe(0);
    await elsewhere.says('"running"');
  });

  it('A journal at the place of earlier versions is used with a line that says how to move it', async () => {
    const older = join(folder, 'autokitteh-slack', 'journal.sqlite');
    const program = run([], {});
    await program.says('"running"');
    program.signal('SIGTERM');
    expect(await program.ended).toBe(0);
    const next = run([], { STATE_DIRECTORY: join(folder, 'state') });
    const line = await next.says('in the folder of earlier versions');
    expect(line).toContain(`move the files ${older}*, plugin-token and ops-token`);
    expect(line).toContain(join(folder, 'state'));
    expect(JSON.parse(await next.says('"running"'))).toMatchObject({ journal: older });
  });

  it('The process logs and counts an unhandled rejection, and goes on', async () => {
    const world = await running(FAULTY);
    const { connection, installation, program } = world;
    program.signal('SIGUSR2');
    const line = await program.says('unhandled promise rejection');
    expect(JSON.parse(line)).toMatchObject({ level: 'error', err: { message: 'rejected [slack token]' } });
    const { plugin } = JSON.parse(await program.says('"running"')) as { plugin: string };
    const metrics = await fetch(`${plugin}/metrics`, {
      headers: { authorization: `Bearer ${FAULTY.OPS_TOKEN}` },
    });
    expect(await metrics.text()).toContain('ak_slack_process_faults_total{kind="unhandled_rejection"} 1');
    const { key } = await world.slack.ledger.settled(world.slack.send(installation, message()));
    await eventually(
      () => eventsOf(world, connection.id).some(({ memo }) => memo['slack_event_id'] === key),
      'an event after the fault',
      60_000,
    );
    program.signal('SIGCONT');
    expect(JSON.parse(await program.says('warning of Node.js'))).toMatchObject({
      err: { message: 'warned of\n[slack token]' },
    });
    program.signal('SIGTERM');
    expect(await program.ended).toBe(0);
  });

  it.each([
    ['while AutoKitteh answers', false],
    ['while AutoKitteh hangs', true],
  ])(
    'The process stops in order with 1 after an uncaught exception and loses no event, %s',
    async (_, hangs) => {
      const world = await running(FAULTY);
      const { connection, installation, program, standIn, slack: itsSlack } = world;
      if (hangs) standIn.faults.delayMs = 600_000;
      for (let number = 0; number < 100; number++) itsSlack.send(installation, message());
      await itsSlack.ledger.waitFor(({ state }) => state === 'acknowledged');
      program.signal('SIGHUP');
      expect(await program.ended).toBe(1);
      const line = await program.says('uncaught exception');
      expect(JSON.parse(line)).toMatchObject({
        level: 'error',
        err: { type: 'TypeError', message: 'thrown', cause: { token: '[secret]' } },
      });
      if (!hangs) await program.says('"stopped"');
      expect(itsSlack.ledger.late()).toEqual([]);
      expect(itsSlack.sockets()).toEqual([]);

      const acknowledged = itsSlack.ledger.acknowledged().map(({ key }) => key);
      standIn.faults.delayMs = 0;
      world.again();
      await eventually(
        () => {
          const ids = new Set(eventsOf(world, connection.id).map(({ memo }) => memo['slack_event_id']));
          return acknowledged.every((id) => ids.has(id));
        },
        'everything that was acknowledged',
        60_000,
      );
    },
  );

  it('The process ends at once with 1 after a second signal', async () => {
    const { installation, program, slack: itsSlack, standIn } = await running();
    standIn.faults.delayMs = 600_000;
    await itsSlack.ledger.settled(itsSlack.send(installation, message()));
    program.signal('SIGTERM');
    await program.says('received SIGTERM');
    program.signal('SIGINT');
    expect(await program.ended).toBe(1);
    expect(program.lines.join('\n')).not.toContain('"stopped"');
  });

  it('The process says at its start what is wrong with its arguments or settings', async () => {
    const [words, settings] = [
      run(['--no-such-flag']),
      run([], { JOURNAL_URL: 'mysql:x', LOG_LEVEL: 'loud' }),
    ];
    expect(await words.ended).toBe(2);
    expect(words.lines.join('\n')).toMatch(/unknown option '--no-such-flag'[^]*Usage: ak-slack/);
    expect(await settings.ended).toBe(1);
    expect(settings.lines).toEqual([
      'JOURNAL_URL must be sqlite:<path>, or postgres://user@host/database',
      'LOG_LEVEL must be debug, info, warn, error or silent',
    ]);
  });

  it('What others may have written reaches a terminal as text', async () => {
    const escape = '\u001B';
    const moving = run(['journal', 'move', '--from', `sqlite:${folder}/a${escape}[31m`, '--to', 'sqlite:b']);
    expect(await moving.ended).toBe(1);
    expect(moving.lines.join('\n')).toContain(String.raw`There is no journal at ${folder}/a\u001b[31m`);
  });

  it('The process names the setting whose address is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    try {
      const taken = `127.0.0.1:${(other.address() as AddressInfo).port}`;
      for (const setting of ['PLUGIN_LISTEN', 'GATEWAY_LISTEN']) {
        const program = run([], { [setting]: taken });
        expect(await program.ended).toBe(1);
        expect(program.lines.at(-1)).toBe(
          `cannot listen on ${taken} (listen EADDRINUSE: address already in use ${taken}): set ${setting} to another address`,
        );
      }
    } finally {
      other.close();
    }
  });
});
