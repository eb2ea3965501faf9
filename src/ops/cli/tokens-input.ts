import { readFile } from 'node:fs/promises';
import { tokenKind } from '../../browser/token-shape.js';
import type { Tokens } from '../../setup/check-tokens.js';
import { errorMessage, PluginError } from '../../core/errors.js';
import type { Terminal } from './ports.js';

/**
 * Both tokens from a file, or from standard input: one to a line, in either order, as the last word of the line
 * (`bot_token = xoxb-…` reads well). Tokens are never arguments, which other users of the machine can see.
 */
export async function readTokens(file: string | undefined, terminal: Terminal): Promise<Tokens> {
  const text = file === undefined ? await readTyped(terminal) : await readSecretFile(file);
  const words = text.split('\n').flatMap((line) =>
    line
      .split(/[\s=:"']+/)
      .filter(Boolean)
      .slice(-1),
  );
  const botToken = take(words, 'bot', 'xoxb-');
  const appToken = take(words, 'app', 'xapp-');
  // What is neither is taken for what is missing, so that the check says what it is instead.
  return { botToken: botToken ?? words.shift() ?? '', appToken: appToken ?? words.shift() ?? '' };
}

/** Takes the first token of the kind out of the words, or else what begins like one. */
function take(words: string[], kind: 'bot' | 'app', prefix: string): string | undefined {
  const whole = words.findIndex((word) => tokenKind(word) === kind);
  const at = whole === -1 ? words.findIndex((word) => word.startsWith(prefix)) : whole;
  return at === -1 ? undefined : words.splice(at, 1)[0];
}

function readTyped(terminal: Terminal): Promise<string> {
  if (terminal.typed) {
    terminal.error(
      'Paste the bot token (xoxb-…) and the app-level token (xapp-…), one to a line, in either order. Then press Enter and Ctrl-D.',
    );
  }
  return terminal.read();
}

/** A file with a secret in it, without the blanks around. */
export async function readSecretFile(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (cause) {
    throw new PluginError('bad_input', `${path} cannot be read: ${errorMessage(cause)}`, { cause });
  }
}
