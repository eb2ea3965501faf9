import type { Database } from './driver.js';
import { Lanes } from './lanes.js';
import { Sources } from './sources.js';

/** What the verbs share within one open file. */
export interface Tables {
  readonly database: Database;
  readonly sources: Sources;
  readonly lanes: Lanes;
}

export function openTables(database: Database): Tables {
  return { database, sources: new Sources(database), lanes: new Lanes(database) };
}
