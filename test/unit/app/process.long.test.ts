import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { message } from '../../../src/sim/slack/frames/messages.js';
import { eventually } from '../../helpers/eventually.js';
import { eventsOf } from '../../world/observations.js';
import { usePrograms } from './programs.js';

const { folder, run, running } = usePrograms();

/** As for a user without an entry in the system's list of users. */
const NO_HOME = `
  import os from 'node:os';
  import { syncBuiltinESMExports } from 'node:module';
  os.homedir = () => { throw new Error('uv_os_homedir returned ENOENT (no such file or directory)'); };
  syncBuiltinESMExports();
`;

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
    const pipe = join(folder.path, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const program = run([], { INTEGRATION_MANIFEST: pipe });
    // Made just before the manifest is read.
    await eventually(
      () => existsSync(join(folder.path, 'autokitteh-slack', 'ops-token')),
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
      run([], { ...homeless, JOURNAL_URL: `sqlite:${join(folder.path, 'journal.sqlite')}` }),
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
    const older = join(folder.path, 'autokitteh-slack', 'journal.sqlite');
    const program = run([], {});
    await program.says('"running"');
    program.signal('SIGTERM');
    expect(await program.ended).toBe(0);
    const next = run([], { STATE_DIRECTORY: join(folder.path, 'state') });
    const line = await next.says('in the folder of earlier versions');
    expect(line).toContain(`move the files ${older}*, plugin-token and ops-token`);
    expect(line).toContain(join(folder.path, 'state'));
    expect(JSON.parse(await next.says('"running"'))).toMatchObject({ journal: older });
  });

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
    const moving = run([
      'journal',
      'move',
      '--from',
      `sqlite:${folder.path}/a${escape}[31m`,
      '--to',
      'sqlite:b',
    ]);
    expect(await moving.ended).toBe(1);
    expect(moving.lines.join('\n')).toContain(String.raw`There is no journal at ${folder.path}/a\u001b[31m`);
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
