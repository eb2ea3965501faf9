import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** What to say where there is no Python. */
export const NO_PYTHON =
  'python3 is missing, which the documents for authors are tried with: apt-get install python3 (3.11 or later), or python.org';

/** Runs `python3` with these arguments, and writes `input` to it; resolves with what it printed. Rejects if it failed. */
export async function runPython(words: readonly string[], input = ''): Promise<string> {
  const child = spawn('python3', words, {
    stdio: 'pipe',
    // Nothing is left beside the files that are read.
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  try {
    const [printed, failed, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number | null]>,
    ]);
    if (code !== 0) throw new Error(`python3 ended with ${String(code)}: ${failed}${printed}`);
    return printed;
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? new Error(NO_PYTHON) : error;
  }
}
