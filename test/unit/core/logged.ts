import { createLog } from '../../../src/core/log.js';
import { OwnSecrets } from '../../../src/core/scrub.js';

/** Secrets of the program itself. */
export const OWN = {
  pluginToken: 'correct horse battery staple 42',
  signKey: 'ab01cd23'.repeat(8),
  serviceToken: 'made-up/service+token=',
} as const;

/** What a log writes while the test uses it. */
export function logged(
  format: 'json' | 'pretty',
  write: (log: ReturnType<typeof createLog>) => void,
): string {
  let output = '';
  const secrets = new OwnSecrets(Object.values(OWN));
  write(createLog({ level: 'debug', format, secrets }, { write: (line) => void (output += line) }));
  return output;
}
