import { migration000001 } from './migrations/000001.js';

/** In order; the number of those applied is the file's `user_version`. Old ones are never changed or removed. */
export const MIGRATIONS: readonly string[] = [migration000001];
