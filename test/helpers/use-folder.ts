import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';

/** An empty folder for each test of a group or file, which is removed after the test. */
export function useFolder() {
  let path = '';

  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'test-'));
  });

  afterEach(() => rm(path, { recursive: true, force: true }));

  return {
    get path(): string {
      return path;
    },
    /** Writes a file into it; answers the file's path. */
    async file(name: string, content: string): Promise<string> {
      const file = join(path, name);
      await writeFile(file, content);
      return file;
    },
  };
}
