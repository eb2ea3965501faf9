import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

describe('the scripts of package.json', () => {
  it.each([
    ['src/main.ts', ['demo', '--tuor'], /unknown option '--tuor'/, 'ak-slack demo [options]'],
    ['src/main.ts', ['demo', 'tour'], /too many arguments for 'demo'/, 'ak-slack demo [options]'],
    [
      'test/faults/main.ts',
      ['nosuch'],
      /no series named nosuch/,
      'npm run faults -- [replicas | pause | unfenced | database | rolling | upgrade | crash | disk | server | sockets | sockets-through-proxy | strangers]',
    ],
    ['test/faults/main.ts', ['disk', '--sead', '3'], /Unknown option '--sead'/, 'npm run faults'],
    ['test/faults/main.ts', ['disk', '--seeds', 'few'], /--seeds must be a whole number/, 'npm run faults'],
  ])(
    'A script of package.json starts nothing when an argument is wrong: %s %j',
    async (script, words, says, usage) => {
      // On SIGINT the demo would give everything back, if it were started after all.
      const limits = { cwd: ROOT, timeout: 20_000, killSignal: 'SIGINT' } as const;
      const running = promisify(execFile)(process.execPath, ['--import', 'tsx', script, ...words], limits);
      await expect(running).rejects.toMatchObject({ code: 2, stdout: '' });
      await expect(running).rejects.toMatchObject({ stderr: expect.stringMatching(says) as string });
      await expect(running).rejects.toMatchObject({
        stderr: expect.stringContaining(`Usage: ${usage}`) as string,
      });
    },
  );

  it('The benchmark beside the built-in says how to start the server that it needs, and measures nothing, when no server is named', async () => {
    const { AUTOKITTEH_URL: _url, ...env } = process.env;
    const words = ['--import', 'tsx', 'test/bench/main.ts', 'built-in'];
    const running = promisify(execFile)(process.execPath, words, { cwd: ROOT, env, timeout: 100_000 });
    await expect(running).rejects.toMatchObject({
      ...{ code: 2, stdout: '' },
      stderr: expect.stringMatching(/HTTPS_PROXY=\S+ SSL_CERT_FILE=\S+ca\.pem ak up --mode dev/) as string,
    });
  });

  it('The script on-node says how to run a command under another version of Node when the version or the command is missing', async () => {
    for (const words of [[], ['24']]) {
      const running = promisify(execFile)(join(ROOT, 'scripts/on-node.sh'), words, { timeout: 20_000 });
      await expect(running).rejects.toMatchObject({
        ...{ code: 2, stdout: '' },
        stderr: expect.stringContaining('Usage: npm run on-node -- <version> <command...>') as string,
      });
    }
  });
});
