import type { TestProject } from 'vitest/node';
import { startPostgres } from '../../src/sim/postgres/postgres-server.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The URL of the PostgreSQL of this run, as its superuser, where there is one. */
    postgres: string;
  }
}

/** Starts a PostgreSQL for all files of a run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres();
  project.provide('postgres', server.url);
  return () => server.dispose();
}
