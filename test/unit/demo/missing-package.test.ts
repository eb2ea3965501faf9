import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { without } from '../../helpers/without-packages.js';

const ROOT = join(import.meta.dirname, '../../..');

describe('The demo without an optional package', () => {
  it.each([[['ws']], [['typeid-js', '@marcbachmann/cel-js']]])(
    'The demo without %j ends with exit code 2 and the command that installs it',
    (packages) => {
      const demo = spawnSync(
        process.execPath,
        ['--import', 'tsx', '--import', without(packages), 'src/main.ts', 'demo', '--tour'],
        { cwd: ROOT, encoding: 'utf8' },
      );
      const { peerDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
        peerDependencies: Record<string, string>;
      };
      const [, typed] = /^ {2}npm install --no-save (.*)$/m.exec(demo.stderr) ?? [];
      expect(typed?.split(' ').sort(), demo.stderr).toEqual(
        packages.map((name) => `${name}@${peerDependencies[name]}`).sort(),
      );
      expect(demo.status).toBe(2);
      expect(demo.stdout).toBe('');
    },
  );
});
