import { migration000001 } from './migrations/000001.js';
import { migration000002 } from './migrations/000002.js';
import { migration000003 } from './migrations/000003.js';
import { migration000004 } from './migrations/000004.js';
import { migration000005 } from './migrations/000005.js';
import { migration000006 } from './migrations/000006.js';
import { migration000007 } from './migrations/000007.js';
import { migration000008 } from './migrations/000008.js';

/** In order; the number of those applied is the file's `user_version`. Old ones are never changed or removed. */
export const MIGRATIONS: readonly string[] = [
  migration000001,
  migration000002,
  migration000003,
  migration000004,
  migration000005,
  migration000006,
  migration000007,
  migration000008,
];
