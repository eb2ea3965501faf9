import { schemaMigration000001 } from './migrations/000001.js';
import { schemaMigration000002 } from './migrations/000002.js';
import { schemaMigration000003 } from './migrations/000003.js';

/** In order; the number of those applied is kept in the database. Old ones are never changed or removed. */
export const SCHEMA_MIGRATIONS: readonly string[] = [
  schemaMigration000001,
  schemaMigration000002,
  schemaMigration000003,
];
