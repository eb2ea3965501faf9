import { readFile } from 'node:fs/promises';
import { errorMessage, PluginError } from '../core/errors.js';

/** A file with a secret in it, without the blanks around. Rejects with `bad_input` where it cannot be read. */
export async function readSecretFile(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (cause) {
    throw new PluginError('bad_input', `${path} cannot be read: ${errorMessage(cause)}`, { cause });
  }
}
