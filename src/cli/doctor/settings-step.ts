import type { Config } from '../../config.js';
import { readManifest, type Manifest } from '../../contract/manifest.js';
import { errorMessage } from '../../core/errors.js';
import type { Tell } from './finding.js';

/** The settings and the manifest that they name; undefined where something is wrong with them, which is then told. */
export async function trySettings(
  load: () => Config,
  tell: Tell,
): Promise<{ readonly config: Config; readonly manifest: Manifest } | undefined> {
  try {
    const config = load();
    return { config, manifest: await readManifest(config.integrationManifest) };
  } catch (error) {
    tell({
      ...{ step: 'settings', verdict: 'failed', found: errorMessage(error) },
      advice: 'Correct these settings; `ak-slack --help` lists all.',
    });
    return undefined;
  }
}
