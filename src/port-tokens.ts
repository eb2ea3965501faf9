import { randomBytes } from 'node:crypto';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from './config.js';
import { isShared } from './storage/open.js';
import { errorMessage, PluginError } from './core/errors.js';

/** Each credential with its setting and with the file that holds it when the setting is absent. */
const TOKENS = {
  pluginToken: { setting: 'PLUGIN_TOKEN', file: 'plugin-token' },
  opsToken: { setting: 'OPS_TOKEN', file: 'ops-token' },
} as const;

type TokenName = keyof typeof TOKENS;

// As of a credential that is given.
const SHORTEST = 16;

/** The file beside the journal; undefined where the program has no folder of its own. */
export function tokenPath(name: TokenName, { journalUrl }: Config): string | undefined {
  if (journalUrl === undefined || isShared(journalUrl)) return undefined;
  return join(dirname(journalUrl), TOKENS[name].file);
}

/** The credential as it was given, else the one in its file, which is made at the first start. */
export async function portToken(name: TokenName, config: Config): Promise<string> {
  const given = config[name];
  if (given !== undefined) return given;
  const path = tokenPath(name, config);
  const { setting } = TOKENS[name];
  if (path === undefined)
    throw new PluginError(
      'bad_config',
      `${setting} is required, because the program has no folder for its credentials: set it, or set JOURNAL_URL to sqlite:<path>`,
    );
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    return (await readToken(name, config)) ?? (await makeToken(path));
  } catch (cause) {
    if (cause instanceof PluginError) throw cause;
    throw new PluginError('bad_config', `${path} cannot be created: ${errorMessage(cause)}: set ${setting}`, {
      cause,
    });
  }
}

/** The credential in its file; undefined where there is none. Rejects with `bad_config` if others may read it. */
export async function readToken(name: TokenName, config: Config): Promise<string | undefined> {
  const path = tokenPath(name, config);
  if (path === undefined) return undefined;
  const { setting } = TOKENS[name];
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const { mode, uid } = await file.stat();
    if (!isOurs(uid))
      throw new PluginError(
        'bad_config',
        `${path} belongs to another user, who can read it: delete it, so that the next start creates a new one, or set ${setting}`,
      );
    if ((mode & 0o077) !== 0)
      throw new PluginError(
        'bad_config',
        `${path} can be read by other users: delete it, so that the next start creates a new one, or set ${setting}`,
      );
    const token = (await file.readFile('utf8')).trim();
    if (token.length >= SHORTEST) return token;
    throw new PluginError(
      'bad_config',
      `${path} holds fewer than ${SHORTEST} characters: delete it, so that the next start creates a new one, or set ${setting}`,
    );
  } catch (cause) {
    if (cause instanceof PluginError) throw cause;
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new PluginError(
      'bad_config',
      `${path} cannot be read: ${errorMessage(cause)}: run this as the user of the program, or set ${setting}`,
      { cause },
    );
  } finally {
    await file?.close();
  }
}

/** Windows knows no such owners. */
function isOurs(uid: number): boolean {
  return uid === (process.geteuid?.() ?? uid);
}

async function makeToken(path: string): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  // `x` is O_EXCL: nobody's file, and no link of somebody's, is written to.
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(`${token}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  return token;
}
