import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** AutoKitteh's own program, talking to one address as one person. */
export interface AkProgram {
  /** Runs a command; resolves with what it printed, on both outputs, and rejects when it failed. */
  run(...command: string[]): Promise<string>;
  stop(): void;
}

/** The program that AK_BIN names. */
export const AK_BIN = process.env['AK_BIN'];

export function akProgram(binary: string, url: string, token: string): AkProgram {
  const home = mkdtempSync(join(tmpdir(), 'ak-program-'));
  const env = {
    HOME: home,
    XDG_CONFIG_HOME: home,
    XDG_DATA_HOME: home,
    XDG_CACHE_HOME: home,
    AK_HTTP__SERVICE_URL: url,
    // No usage report is waited for: nobody listens there. (Go never takes a proxy for loopback.)
    HTTPS_PROXY: 'http://127.0.0.1:9',
    // No browser is found to be opened.
    PATH: '',
  };
  return {
    run: (...command) =>
      new Promise((resolve, reject) => {
        execFile(
          binary,
          ['--token', token, ...command],
          { env, timeout: 60_000 },
          (error, stdout, stderr) => {
            if (error === null) resolve(stdout + stderr);
            else reject(new Error(`ak ${command.join(' ')} failed: ${stdout}${stderr}`, { cause: error }));
          },
        );
      }),
    stop: () => rmSync(home, { recursive: true, force: true }),
  };
}
