import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startConfig, type StartConfig } from '../../../src/start-config.js';
import { loadConfig } from '../../../src/config.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'start-config-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

function configOf(environment: NodeJS.ProcessEnv = {}): Promise<StartConfig> {
  const journal = { JOURNAL_URL: `sqlite:${join(folder, 'journal.sqlite')}` };
  return startConfig(loadConfig({ ...journal, ...environment }, {}, false));
}

describe('credentials of the plugin port', () => {
  it('Both credentials are made at the first start, readable by their owner alone, and used by the next', async () => {
    const first = await configOf();
    expect(first.pluginToken).toMatch(/^[\w-]{43}$/);
    expect(first.opsToken).toMatch(/^[\w-]{43}$/);
    expect(first.opsToken).not.toBe(first.pluginToken);
    for (const [file, token] of [
      ['plugin-token', first.pluginToken],
      ['ops-token', first.opsToken],
    ] as const) {
      const path = join(folder, file);
      expect(readFileSync(path, 'utf8')).toBe(`${token}\n`);
      expect(statSync(path).mode & 0o777).toBe(0o600);
    }
    expect(await configOf()).toEqual(first);
  });

  it('A credential that is given is used, and no file is made for it', async () => {
    const given = { PLUGIN_TOKEN: 'given-to-the-contract', OPS_TOKEN: 'given-to-operators' };
    expect(await configOf(given)).toMatchObject({
      pluginToken: 'given-to-the-contract',
      opsToken: 'given-to-operators',
    });
    expect(() => statSync(join(folder, 'plugin-token'))).toThrow('ENOENT');
    expect(() => statSync(join(folder, 'ops-token'))).toThrow('ENOENT');
  });

  it.each([0o644, 0o640, 0o604, 0o620])(
    'A credential in a file that others may read or write is refused, and the sentence says what to do: %o',
    async (mode) => {
      await configOf();
      const path = join(folder, 'ops-token');
      chmodSync(path, mode);
      await expect(configOf()).rejects.toMatchObject({
        code: 'bad_config',
        message: `${path} can be read by other users: delete it, so that the next start creates a new one, or set OPS_TOKEN`,
      });
    },
  );

  it('A file that another user has put there is refused, although nobody else can read it', async () => {
    await configOf();
    const path = join(folder, 'ops-token');
    vi.spyOn(process, 'geteuid').mockReturnValue(statSync(path).uid + 1);
    await expect(configOf({ PLUGIN_TOKEN: 'given-to-the-contract' })).rejects.toMatchObject({
      code: 'bad_config',
      message: `${path} belongs to another user, who can read it: delete it, so that the next start creates a new one, or set OPS_TOKEN`,
    });
  });

  it('A file with too short a credential is refused', async () => {
    const path = join(folder, 'plugin-token');
    writeFileSync(path, '\n', { mode: 0o600 });
    await expect(configOf()).rejects.toMatchObject({
      code: 'bad_config',
      message: expect.stringContaining(`${path} holds fewer than 16 characters: delete it`) as string,
    });
  });

  it('Nothing is written through a link that leads elsewhere', async () => {
    const target = join(folder, 'elsewhere');
    symlinkSync(target, join(folder, 'plugin-token'));
    await expect(configOf()).rejects.toMatchObject({ code: 'bad_config' });
    expect(() => statSync(target)).toThrow('ENOENT');
  });

  it('A folder that cannot be made is named with the setting that does without it', async () => {
    writeFileSync(join(folder, 'file'), '');
    const journal = { JOURNAL_URL: `sqlite:${join(folder, 'file', 'journal.sqlite')}` };
    await expect(configOf(journal)).rejects.toMatchObject({
      code: 'bad_config',
      message: expect.stringMatching(/plugin-token cannot be .*: .*set PLUGIN_TOKEN$/) as string,
    });
  });

  it('A start with a journal in PostgreSQL names every setting that it requires besides, and makes no file', async () => {
    const shared = { JOURNAL_URL: 'postgres://me@one/journal' };
    await expect(configOf(shared)).rejects.toMatchObject({
      code: 'bad_config',
      message: [
        'PLUGIN_TOKEN is required with a journal in PostgreSQL: give every replica the same one',
        'OPS_TOKEN is required with a journal in PostgreSQL: give every replica the same one',
        'GATEWAY_PUBLIC_URL is required with a journal in PostgreSQL: set it to the address at which people and workflows reach any of the replicas',
      ].join('\n'),
    });
    const given = { PLUGIN_TOKEN: 'given-to-the-contract', OPS_TOKEN: 'given-to-operators' };
    await expect(configOf({ ...shared, ...given })).rejects.toThrow(/^GATEWAY_PUBLIC_URL is required .*$/);
    expect(await configOf({ ...shared, ...given, GATEWAY_LISTEN: 'off' })).toMatchObject({
      journalUrl: 'postgres://me@one/journal',
    });
    const complete = { ...shared, ...given, GATEWAY_PUBLIC_URL: 'https://here.example' };
    expect(await configOf(complete)).toMatchObject({ opsToken: 'given-to-operators' });
  });

  it('A start without any place for the journal asks for JOURNAL_URL', async () => {
    const { journalUrl: _, ...homeless } = loadConfig({}, {}, false);
    await expect(startConfig({ ...homeless, journalUrl: undefined })).rejects.toMatchObject({
      code: 'bad_config',
      message:
        'there is no place for the journal, because this user has no home directory: set JOURNAL_URL to sqlite:<path>',
    });
  });
});

describe('the place of the journal', () => {
  function placeOf(environment: NodeJS.ProcessEnv): string | undefined {
    return loadConfig(environment, {}, false).journalUrl;
  }

  it('The journal is where JOURNAL_URL says, else in the first state directory of systemd, else where XDG says', () => {
    const environment: NodeJS.ProcessEnv = {
      HOME: '/home/me',
      XDG_DATA_HOME: '/data',
      STATE_DIRECTORY: '/var/lib/one:/var/lib/two',
      JOURNAL_URL: 'sqlite:/here.sqlite',
    };
    expect(placeOf(environment)).toBe('/here.sqlite');
    delete environment['JOURNAL_URL'];
    expect(placeOf(environment)).toBe('/var/lib/one/journal.sqlite');
    delete environment['STATE_DIRECTORY'];
    expect(placeOf(environment)).toBe('/data/autokitteh-slack/journal.sqlite');
    // The specification has relative paths ignored.
    environment['XDG_DATA_HOME'] = 'data';
    expect(placeOf(environment)).toBe('/home/me/.local/share/autokitteh-slack/journal.sqlite');
  });

  it('A journal that exists only where earlier versions kept it stays in use, and the place to move it to is known', () => {
    const [data, state] = [join(folder, 'data'), join(folder, 'state')];
    const older = join(data, 'autokitteh-slack', 'journal.sqlite');
    const newer = join(state, 'journal.sqlite');
    mkdirSync(join(data, 'autokitteh-slack'), { recursive: true });
    mkdirSync(state);
    const environment = { XDG_DATA_HOME: data, STATE_DIRECTORY: state };
    expect(loadConfig(environment, {}, false)).toMatchObject({ journalUrl: newer, journalMoveTo: undefined });
    writeFileSync(older, '');
    expect(loadConfig(environment, {}, false)).toMatchObject({ journalUrl: older, journalMoveTo: newer });
    // Who names the place has chosen it.
    const named = { ...environment, JOURNAL_URL: `sqlite:${older}` };
    expect(loadConfig(named, {}, false)).toMatchObject({ journalUrl: older, journalMoveTo: undefined });
    writeFileSync(newer, '');
    expect(loadConfig(environment, {}, false)).toMatchObject({ journalUrl: newer, journalMoveTo: undefined });
  });
});
