import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { PluginError } from './errors.js';

const MANIFEST = z.object({ peerDependencies: z.record(z.string(), z.string()) });

/** What `npm install` is to do besides: `--no-save` for what is tried once. */
type InstallOption = '' | '--no-save ';

/**
 * Throws `missing_package`, with the command that installs them, if some of these optional peer dependencies are missing.
 * To be called before the first import of what needs them. `purpose` is what needs them, as the beginning of a sentence.
 */
export function requirePackages(names: readonly string[], purpose: string, option: InstallOption): void {
  const missing = names.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  const { peerDependencies } = MANIFEST.parse(
    JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')),
  );
  const pins = missing.map((name) => `${name}@${peerDependencies[name]}`).join(' ');
  throw new PluginError(
    'missing_package',
    `${purpose} needs packages that are not installed (${missing.join(', ')}). Install them in the folder in which this program was installed (with --global if it was installed so):\n  npm install ${option}${pins}`,
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
