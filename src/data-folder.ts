import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

const NAME = 'autokitteh-slack';

/** Where the journal is when no setting says so. */
export interface JournalPlace {
  readonly path: string;
  /** Where it should be instead; it was found at `path`, where it was before there was such a place. */
  readonly moveTo?: string;
}

/**
 * The journal's place in systemd's state directory, else in the user's data folder; undefined where there is neither. A
 * journal that exists at the latter alone stays in use: what it holds was acknowledged.
 */
export function journalPlace(environment: NodeJS.ProcessEnv): JournalPlace | undefined {
  const [inState, inData] = [stateFolder(environment), dataFolder(environment)].map((folder) =>
    folder === undefined ? undefined : join(folder, 'journal.sqlite'),
  );
  if (inState === undefined) return inData === undefined ? undefined : { path: inData };
  if (inData === undefined || existsSync(inState) || !existsSync(inData)) return { path: inState };
  return { path: inData, moveTo: inState };
}

// systemd.exec(5): absolute paths, separated by colons.
function stateFolder(environment: NodeJS.ProcessEnv): string | undefined {
  const [first = ''] = (environment['STATE_DIRECTORY'] ?? '').split(':');
  return isAbsolute(first) ? first : undefined;
}

/**
 * The program's folder among the user's data: below $XDG_DATA_HOME, else below ~/.local/share; relative paths do not count
 * (XDG Base Directory Specification). Undefined for a user without a home directory.
 */
export function dataFolder(environment: NodeJS.ProcessEnv): string | undefined {
  const base = environment['XDG_DATA_HOME'] ?? '';
  if (isAbsolute(base)) return join(base, NAME);
  const home = homeOf(environment);
  return home === undefined ? undefined : join(home, '.local', 'share', NAME);
}

function homeOf(environment: NodeJS.ProcessEnv): string | undefined {
  const given = environment['HOME'] ?? '';
  if (isAbsolute(given)) return given;
  try {
    const home = homedir();
    return isAbsolute(home) ? home : undefined;
  } catch {
    // A user without an entry in the system's list of users, as containers have them.
    return undefined;
  }
}
