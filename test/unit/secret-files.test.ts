import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock.js';
import { SecretFiles, type ChangedSecret } from '../../src/secret-files.js';
import { eventually } from '../helpers/eventually.js';
import { useFolder } from '../helpers/use-folder.js';

describe('the files of secrets', () => {
  const folder = useFolder();
  let path: string;
  let files: SecretFiles;
  const changed: ChangedSecret[] = [];
  const warned: unknown[] = [];
  const hidden: string[] = [];

  beforeEach(async () => {
    path = join(folder.path, 'ops-token');
    await writeFile(path, 'the-first-credential\n');
    for (const list of [changed, warned, hidden]) list.length = 0;
  });

  afterEach(async () => {
    await files.stop();
  });

  async function watch(watched = path, inUse = 'the-first-credential'): Promise<void> {
    files = new SecretFiles({
      files: [{ name: 'OPS_TOKEN', path: watched, value: inUse }],
      clock: systemClock,
      log: { info: () => undefined, warn: (...line: unknown[]) => void warned.push(line) },
      hide: (secret) => void hidden.push(secret),
    });
    files.changed.subscribe((change) => changed.push(change));
    files.start();
    await eventually(() => hidden.length === 1, 'the first look');
  }

  it('A secret that is replaced is told once, and hidden from the log before', async () => {
    await watch();
    await writeFile(join(folder.path, 'next'), 'the-second-credential\n');
    await rename(join(folder.path, 'next'), path);
    await eventually(() => changed.length > 0, 'the change');
    expect(changed).toEqual([{ name: 'OPS_TOKEN', value: 'the-second-credential' }]);
    expect(hidden).toEqual(['the-first-credential', 'the-second-credential']);
  });

  it('A secret that was replaced between the reading of the settings and the first look is told', async () => {
    await watch(path, 'the-credential-in-use');
    await eventually(() => changed.length > 0, 'the change');
    expect(changed).toEqual([{ name: 'OPS_TOKEN', value: 'the-first-credential' }]);
  });

  it('A file that is empty, too short or missing changes nothing, is warned of once, and is looked at again', async () => {
    await watch();
    await writeFile(path, '');
    await eventually(() => warned.length === 1, 'a warning about the empty file');
    await writeFile(path, 'short');
    await eventually(() => warned.length === 2, 'a warning about the short one');
    await rm(path);
    await eventually(() => warned.length === 3, 'a warning about the missing one');
    expect(changed).toEqual([]);
    expect(JSON.stringify(warned)).not.toContain('short');
    await writeFile(path, 'the-second-credential');
    await eventually(() => changed.length === 1, 'the change');
  });

  it('A secret behind a symbolic link is followed when the link is replaced', async () => {
    for (const version of ['one', 'two']) {
      await mkdir(join(folder.path, version));
      await writeFile(join(folder.path, version, 'token'), `the-credential-${version}`);
    }
    await symlink('one', join(folder.path, 'current'));
    await watch(join(folder.path, 'current', 'token'), 'the-credential-one');
    await symlink('two', join(folder.path, 'next'));
    await rename(join(folder.path, 'next'), join(folder.path, 'current'));
    await eventually(() => changed.length === 1, 'the change');
    expect(changed[0]?.value).toBe('the-credential-two');
  });
});
