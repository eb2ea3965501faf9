import { homedir } from 'node:os';
import { join } from 'node:path';

// XDG Base Directory Specification: user data lives in $XDG_DATA_HOME, else ~/.local/share.
export function dataFolder(environment: NodeJS.ProcessEnv): string {
  const base = environment['XDG_DATA_HOME'];
  return join(
    base !== undefined && base !== '' ? base : join(homedir(), '.local', 'share'),
    'autokitteh-slack',
  );
}
