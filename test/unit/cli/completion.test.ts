import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { printed } from '../../../scripts/command-reference.js';

/** What bash offers after these words, the last of which is not complete yet. */
async function offers(...words: readonly string[]): Promise<string[]> {
  const script = [
    await printed(['completion', 'bash']),
    `COMP_WORDS=(ak-slack ${words.map((word) => `'${word}'`).join(' ')})`,
    `COMP_CWORD=${words.length}`,
    '_ak_slack',
    'printf "%s\\n" "${COMPREPLY[@]}"',
  ].join('\n');
  const { stdout } = await promisify(execFile)('bash', ['--norc', '-c', script]);
  return stdout.split('\n').filter((line) => line !== '');
}

describe('the completion of the command line', () => {
  it('The completion for bash offers commands, those below a command, and flags', async () => {
    expect(await offers('')).toEqual(
      expect.arrayContaining(['start', 'status', 'dead-letters', 'completion']),
    );
    expect(await offers('stat')).toEqual(['status']);
    expect(await offers('dead-letters', 're')).toEqual(['resend']);
    expect(await offers('dead-letters', 'list', '--js')).toEqual(['--json']);
    expect(await offers('--autokitteh-url', 'http://x', 'dead-letters', 'resend', '--al')).toEqual(['--all']);
    expect(await offers('status', '--journal-u')).toEqual(['--journal-url']);
    expect(await offers('status', '--al')).toEqual([]);
  });

  it('The completion for bash offers files after a flag that names one', async () => {
    expect(await offers('check', '--tokens-file', 'package-l')).toEqual(['package-lock.json']);
  });

  it.each(['zsh', 'fish'])('The completion for %s names every command with what it does', async (shell) => {
    const script = await printed(['completion', shell]);
    for (const command of ['start', 'status', 'dead-letters', 'resend', 'completion'])
      expect(script).toMatch(new RegExp(`\\b${command}\\b`));
    expect(script).toContain('print the state of the running program');
    expect(script).toMatch(/-l journal-url|--journal-url/);
    expect(script).not.toContain('autokitteh-token');
  });
});
