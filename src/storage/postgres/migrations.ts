import { schemaMigration000001 } from './migrations/000001.js';
import { schemaMigration000002 } from './migrations/000002.js';
import { schemaMigration000003 } from './migrations/000003.js';
import { schemaMigration000004 } from './migrations/000004.js';
import { schemaMigration000005 } from './migrations/000005.js';
import { schemaMigration000006 } from './migrations/000006.js';
import { schemaMigration000007 } from './migrations/000007.js';
import { schemaMigration000008 } from './migrations/000008.js';

/**
 * In order; the number of those applied is kept in the database. Old ones are never changed or removed. A new one only adds, so
 * that the release before works on beside this one; what is not used any more is removed a release later.
 */
export const SCHEMA_MIGRATIONS: readonly string[] = [
  schemaMigration000001,
  schemaMigration000002,
  schemaMigration000003,
  schemaMigration000004,
  schemaMigration000005,
  schemaMigration000006,
  schemaMigration000007,
  schemaMigration000008,
];

/**
 * A release that knows at least so many of them works with the schema that all of them make. One that changes what was there,
 * or how functions lock and read it, raises this to its own number, and the changelog says that all replicas must be stopped.
 */
export const UNDERSTOOD_FROM = 2;
