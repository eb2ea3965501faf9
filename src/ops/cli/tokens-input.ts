import { readFile } from 'node:fs/promises';
import { tokenKind } from '../../connection/setup/assets/token-shape.js';
import type { Tokens } from '../../connection/setup/check-tokens.js';
import { errorMessage, PluginError } from '../../core/errors.js';
import type { Terminal } from './ports.js';

/**
 * Both tokens from a file, or from standard input: one to a line, in either order, as the last word of the line
 * (`bot_token = xoxb-…` reads well). Tokens are never arguments, which other users of the machine can see.
 */
export async function readTokens(file: string | undefined, terminal: Terminal): Promise<Tokens> {
  const text = file === undefined ? await terminal.read() : await readSecretFile(file);
  const words = text.split('\n').map(
    (line) =>
      line
        .trim()
        .split(/[\s=:"']+/)
        .filter((word) => word !== '')
        .at(-1) ?? '',
  );
  return {
    botToken: words.find((word) => tokenKind(word) === 'bot') ?? words[0] ?? '',
    appToken: words.find((word) => tokenKind(word) === 'app') ?? words[1] ?? '',
  };
}

/** A file with a secret in it, without the blanks around. */
export async function readSecretFile(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (cause) {
    throw new PluginError('bad_input', `${path} cannot be read: ${errorMessage(cause)}`, { cause });
  }
}
