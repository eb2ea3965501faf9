import { PluginError } from '../../core/errors.js';
import type { Database } from './driver.js';
import { MIGRATIONS } from './migrations.js';

/** Brings the schema up to date, each migration in one transaction. Refuses a file that newer code has written. */
export function migrate(database: Database, path: string): void {
  const { user_version: applied } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (applied > MIGRATIONS.length) {
    throw new PluginError(
      'journal_newer',
      `The journal ${path} was written by a newer version (schema ${applied}, this one knows ${MIGRATIONS.length}): ` +
        'run that version, or give this one a file of its own.',
    );
  }
  MIGRATIONS.slice(applied).forEach((sql, index) => {
    database.exec(`BEGIN IMMEDIATE; ${sql} PRAGMA user_version = ${applied + index + 1}; COMMIT;`);
  });
}
